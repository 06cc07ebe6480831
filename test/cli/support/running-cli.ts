// One run of the command as a process of its own, with pipes for stdin, stdout and stderr.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface CliEvent {
  readonly type: string
  readonly [name: string]: unknown
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly events: readonly CliEvent[]
}

export interface RunningCli {
  readonly child: ChildProcessWithoutNullStreams
  /** The next event of this type that nobody has waited for yet. Rejects when the program ends without it. */
  event(type: string): Promise<CliEvent>
  type(line: string): void
  readonly ended: Promise<Ended>
}

export interface RunOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

const LIMIT_MS = 60_000

export function runCli(main: string, args: readonly string[], { cwd, env = {} }: RunOptions): RunningCli {
  // Nothing of the outer environment: a PAIRCODE_ variable there must not decide what is tested here.
  const own = { PATH: process.env.PATH ?? '', HOME: cwd, ...env }
  const child = spawn(process.execPath, [main, ...args], { cwd, env: own })
  const events: CliEvent[] = []
  const waiting: { readonly type: string; resolve(event: CliEvent): void; reject(error: Error): void }[] = []
  const taken = new Set<CliEvent>()
  let stdout = ''
  let stderr = ''

  const deliver = (): void => {
    for (const waiter of [...waiting]) {
      const found = events.find((event) => event.type === waiter.type && !taken.has(event))
      if (found === undefined) continue
      taken.add(found)
      waiting.splice(waiting.indexOf(waiter), 1)
      waiter.resolve(found)
    }
  }

  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const before = stdout.lastIndexOf('\n') + 1
    stdout += chunk
    const end = stdout.lastIndexOf('\n') + 1
    for (const line of stdout.slice(before, end).split('\n').filter(Boolean))
      if (line.startsWith('{')) events.push(JSON.parse(line))
    deliver()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  child.stdin.on('error', () => {})

  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(limit)
      for (const { type, reject } of waiting.splice(0))
        reject(new Error(`ended with ${code} before “${type}”\n${stdout}\n${stderr}`))
      resolve({ code, stdout, stderr, events })
    })
  })

  return {
    child,
    event: (type) =>
      new Promise((resolve, reject) => {
        waiting.push({ type, resolve, reject })
        deliver()
      }),
    type: (line) => void child.stdin.write(`${line}\n`),
    ended,
  }
}

/** A folder of its own for each test; what was started in it ends with it. */
export function createWorkplace(main: () => string) {
  const folder = mkdtempSync(join(tmpdir(), 'paircode-cli-'))
  const running: RunningCli[] = []
  return {
    folder,
    run(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
      const started = runCli(main(), args, { cwd: folder, env })
      running.push(started)
      return started
    },
    async close(): Promise<void> {
      for (const { child } of running) child.kill('SIGKILL')
      await Promise.all(running.map(({ ended }) => ended))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Every line of stdout is JSON, and whatever was printed holds no number. */
export function defectsOf({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): readonly string[] {
  const notJson = stdout.split('\n').filter((line) => line !== '' && !isJson(line))
  // An account is what a program asks for, as a JID; nothing else of the output has a number.
  const numbers = `${stdout.replace(/"(jid|lid)":"[^"]*"/g, '')}\n${stderr}`.match(/1?2025550\d{3}/g) ?? []
  return [...notJson.map((line) => `no JSON: ${line}`), ...numbers.map((number) => `a number: ${number}`)]
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
