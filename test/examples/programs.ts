// Examples as their readers run them: each in a process of its own, on the built package.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { until } from '../package/ten-lines.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const EXAMPLES = join(ROOT, 'examples')
/** The package resolves to itself from its own folder, through the `exports` of package.json. */
const BUILT = ['dist/index.js', 'dist/store/index.js', 'dist/emulator/index.js']

/** Why the programs cannot be run; empty when they can. To be appended to a title. */
export const notBuilt = BUILT.every((file) => existsSync(join(ROOT, file)))
  ? ''
  : ' (dist/ is not built: npm run build)'

export interface Program {
  /** All that was printed so far. */
  output(): string
  /** The first match, also in what comes later. Rejects after a minute, and when the program ends before. */
  says(pattern: RegExp): Promise<string>
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  /** Ends it as Ctrl+C does and gives the exit code. */
  interrupt(): Promise<number | null>
  /** Ends it as a service manager does in an emergency. */
  kill(): Promise<void>
}

export function startExample(name: string, env: Readonly<Record<string, string>>): Program {
  return startProgram(name, readFileSync(join(EXAMPLES, name), 'utf8'), env)
}

/** Writes nothing to the disk: Node 20 runs no TypeScript, and self-reference needs the package's own folder. */
export function startProgram(name: string, source: string, env: Readonly<Record<string, string>> = {}): Program {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: name })
  const flags = name.endsWith('.test.ts') ? ['--test-force-exit'] : []
  const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', outputText], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  const stillRuns = (): void => {
    if (isOver) throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}:\n${printed}`)
  }
  return {
    output: () => printed,
    async says(pattern) {
      await until(() => pattern.test(printed), `${name} to say ${pattern}; it said:\n${printed}`, stillRuns)
      return pattern.exec(printed)?.[0] ?? ''
    },
    ended,
    async interrupt() {
      child.kill('SIGINT')
      return ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
