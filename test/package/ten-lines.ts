// The program of the README, run as its reader would run it, but against an emulator in another process.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import ts from 'typescript'
import { codeBlocks } from '../house/markdown.ts'
import { ROOT } from './installed.ts'

export const HEADING = 'Ten lines'
const LIMIT_MS = 60_000
const CODE = /\b[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}\b/

/** The one program under the heading; undefined when there is none. */
export function programOf(readme: string): string | undefined {
  const blocks = codeBlocks(readme).filter(({ heading, language }) => heading === HEADING && language === 'ts')
  return blocks[0]?.code
}

/** The same program as JavaScript, with the one thing added that it needs away from WhatsApp: `endpoint`, from the environment. */
export function withEndpoint(program: string): string {
  const calls = program.match(/\b(?:link|connect)\(\{/g) ?? []
  if (calls.length !== 2) throw new Error(`the program calls link({ or connect({ ${calls.length} times, not once each`)
  const source = program.replaceAll(/\b(link|connect)\(\{/g, '$1({ endpoint, ')
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  const endpoint = "{ url: process.env.URL_OF_EMULATOR, rootKey: Buffer.from(process.env.ROOT_KEY, 'base64') }"
  return `const endpoint = ${endpoint}\n${ts.transpileModule(source, { compilerOptions }).outputText}`
}

export interface Emulation {
  readonly env: Readonly<Record<string, string>>
  logins(): Promise<number>
  enter(number: string, code: string): Promise<void>
  stop(): Promise<void>
}

/** Starts the emulator that lies in the installed package. `number` is the phone's, as digits with a plus. */
export async function startEmulation(folder: string, number: string): Promise<Emulation> {
  const file = join(folder, 'emulator-process.mjs')
  await cp(join(ROOT, 'scripts', 'emulator-process.mjs'), file)
  const child = spawn(process.execPath, [file, number], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await within(lines.next(), 'an answer of the emulator')
    if (done) throw new Error('the emulator ended')
    return JSON.parse(value) as Record<string, unknown>
  }
  const ask = (line: string): Promise<Record<string, unknown>> => {
    child.stdin.write(`${line}\n`)
    return next()
  }
  const { url, rootKey } = await next()
  return {
    env: { URL_OF_EMULATOR: String(url), ROOT_KEY: String(rootKey), PHONE: number },
    logins: async () => Number((await ask('logins')).logins),
    async enter(phone, code) {
      const { error } = await ask(`enter ${phone} ${code}`)
      if (error !== undefined) throw new Error(`the phone: ${String(error)}`)
    },
    async stop() {
      child.stdin.end()
      await ended(child)
    },
  }
}

export interface Run {
  /** All that was printed so far. */
  output(): string
  /** The code that was printed. Rejects after a minute without one. */
  code(): Promise<string>
  /** Ends the process as a service manager would. */
  stop(): Promise<void>
}

export async function startProgram(folder: string, program: string, env: Emulation['env']): Promise<Run> {
  const file = join(folder, 'bot.mjs')
  await writeFile(file, program)
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ...env } })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)))
  const stillRuns = (): void => {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${printed}`)
  }
  return {
    output: () => printed,
    async code() {
      await until(() => CODE.test(printed), 'a code on the screen', stillRuns)
      return CODE.exec(printed)?.[0] ?? ''
    },
    async stop() {
      child.kill('SIGTERM')
      await ended(child)
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await within(once(child, 'exit'), 'the end of a process')
}

/** Asks every 50 ms. `check` may throw to end the wait early. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string,
  check: () => void = () => {},
): Promise<void> {
  const limit = performance.now() + LIMIT_MS
  while (!(await isTrue())) {
    check()
    if (performance.now() > limit) throw new Error(`waited ${LIMIT_MS / 1000} s for ${what}`)
    await pause(50)
  }
}

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  const limit = new AbortController()
  const late = pause(LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`waited ${LIMIT_MS / 1000} s for ${what}`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    limit.abort()
  }
}
