// Puts crash points into the sources on their way into a bundle; the product itself has no hook for them. Each insertion names
// the code that it stands on. Code that is not there once, and once only, is an error: no proof runs without its points.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'rolldown'
import { ROOT } from '../installation.ts'

export interface Insertion {
  /** A folder or file of the sources. */
  readonly room: string
  /** Is there once in the room. */
  readonly code: RegExp
  /** `$&` is what was found. */
  readonly becomes: string
}

const INSERTIONS: readonly Insertion[] = [
  {
    room: 'src/linking/link.ts',
    code: /#perform\(effect: Effect\): void \{/,
    becomes: `$&
      crashPoint('before effect ' + nameOfEffect(effect))
      this.#performEffect(effect)
      crashPoint('after effect ' + nameOfEffect(effect))
    }
    #performEffect(effect: Effect): void {`,
  },
  {
    room: 'src/wire/connection.ts',
    code: /this\.#listen\(introduction\(routingInfo\)\)/,
    becomes: 'crashAtHandshake(this.#socket); $&',
  },
  {
    room: 'src/store/store.ts',
    code: /guarded\(database, clock\)/,
    becomes: 'crashingBackend($&)',
  },
  {
    room: 'src/session/socket-source.ts',
    code: /const socket = ma[dk]e\(.*\)$/m,
    becomes: '$&; crashAtLogin(socket)',
  },
  {
    room: 'src/session/first-login.ts',
    code: /await internals\.confirm\(.*\)$/m,
    becomes: "crashPoint('before confirm'); $&; crashPoint('after confirm')",
  },
  {
    room: 'src/session/link.ts',
    code: /\bdeposit\(internals, checked\.session, \{/,
    becomes: "crashPoint('before hand-over'); setImmediate(() => crashPoint('after hand-over')); $&",
  },
  {
    room: 'src/session/',
    code: /const \{ adopted, events \} = await collect\(.*\)$/m,
    becomes: "crashPoint('before adoption'); $&; crashPoint('after adoption')",
  },
]

const POINTS = fileURLToPath(new URL('./crash-points.mjs', import.meta.url))
const NAMES = 'crashAtHandshake, crashAtLogin, crashingBackend, crashPoint, nameOfEffect'

export function crashPoints(): Plugin {
  const placed = new Map(INSERTIONS.map((insertion) => [insertion, 0]))
  return {
    name: 'crash-points',
    transform(code, id) {
      const file = relative(ROOT, id).replaceAll('\\', '/')
      let changed = code
      for (const insertion of INSERTIONS.filter(({ room }) => file.startsWith(room))) {
        const { code: next, times } = inserted(changed, insertion)
        changed = next
        placed.set(insertion, (placed.get(insertion) ?? 0) + times)
      }
      return changed === code ? undefined : { code: `import { ${NAMES} } from ${JSON.stringify(POINTS)}\n${changed}` }
    },
    buildEnd() {
      for (const [insertion, times] of placed) refuseUnlessOnce(insertion, times)
    },
  }
}

/** The code with the insertion in every place that fits, and how many there were. */
export function inserted(
  source: string,
  { code, becomes }: Insertion,
): { readonly code: string; readonly times: number } {
  const everywhere = new RegExp(code, `${code.flags}g`)
  return { code: source.replace(everywhere, becomes), times: [...source.matchAll(everywhere)].length }
}

export function refuseUnlessOnce({ room, code }: Insertion, times: number): void {
  if (times !== 1) throw new Error(`${room} has ${code} ${times} times, not once: mend proof/kills/instrument.ts`)
}
