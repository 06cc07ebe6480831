// Puts crash points into the sources on their way into a bundle; the product itself has no hook for them. Each insertion names
// the line that it stands on. A line that is no longer there once is an error, so that no proof runs without its points.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'rolldown'
import { ROOT } from '../installation.ts'

interface Insertion {
  readonly file: string
  /** Stands once in the file. */
  readonly line: string
  readonly becomes: string
}

const INSERTIONS: readonly Insertion[] = [
  {
    file: 'src/linking/link.ts',
    line: 'const perform = (effect: Effect): void => {',
    becomes: `const perform = (effect: Effect): void => {
      crashPoint('before effect ' + nameOfEffect(effect))
      performEffect(effect)
      crashPoint('after effect ' + nameOfEffect(effect))
    }
    const performEffect = (effect: Effect): void => {`,
  },
  {
    file: 'src/wire/connection.ts',
    line: 'const frames = createFrameReader()',
    becomes: 'crashAtHandshake(socket); const frames = createFrameReader()',
  },
  {
    file: 'src/store/store.ts',
    line: 'guarded(database, clock)',
    becomes: 'crashingBackend(guarded(database, clock))',
  },
  {
    file: 'src/session/socket-source.ts',
    line: 'const socket = make(state)',
    becomes: 'const socket = make(state); crashAtLogin(socket)',
  },
  {
    file: 'src/session/first-login.ts',
    line: 'await internals.confirm(session, new Date(clock.now()))',
    becomes: `crashPoint('before confirm')
      await internals.confirm(session, new Date(clock.now()))
      crashPoint('after confirm')`,
  },
  {
    file: 'src/session/link.ts',
    line: 'deposit(internals, checked.session, {',
    becomes:
      "crashPoint('before hand-over'); setImmediate(() => crashPoint('after hand-over')); deposit(internals, checked.session, {",
  },
  {
    file: 'src/session/connect.ts',
    line: 'const { adopted, events } = await collect(internals, session, options)',
    becomes: `crashPoint('before adoption')
    const { adopted, events } = await collect(internals, session, options)
    crashPoint('after adoption')`,
  },
]

const POINTS = fileURLToPath(new URL('./crash-points.mjs', import.meta.url))
const NAMES = 'crashAtHandshake, crashAtLogin, crashingBackend, crashPoint, nameOfEffect'

export function crashPoints(): Plugin {
  const open = new Set(INSERTIONS)
  return {
    name: 'crash-points',
    transform(code, id) {
      const due = INSERTIONS.filter(({ file }) => id === join(ROOT, file))
      if (due.length === 0) return
      let changed = code
      for (const insertion of due) {
        changed = withInsertion(changed, insertion)
        open.delete(insertion)
      }
      return { code: `import { ${NAMES} } from ${JSON.stringify(POINTS)}\n${changed}` }
    },
    buildEnd() {
      const [missing] = open
      if (missing !== undefined) throw new Error(`${missing.file} is not in the bundle: ${HINT}`)
    },
  }
}

const HINT = 'mend proof/kills/instrument.ts'

export function withInsertion(code: string, { file, line, becomes }: Insertion): string {
  const [before, after, ...more] = code.split(line)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} has "${line}" ${code.split(line).length - 1} times, not once: ${HINT}`)
  return `${before}${becomes}${after}`
}
