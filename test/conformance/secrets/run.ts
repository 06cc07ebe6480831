// What one run of the program leaves behind: each thing under the name of the place where it was seen.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Logger } from '../../../src/lib/logger.ts'
import type { Haystack, Secret } from './needles.ts'

export interface Run {
  readonly haystacks: readonly Haystack[]
  readonly secrets: ReadonlyMap<string, Secret>
  /** As `console.log(value)` and a JSON logger would show it. */
  show(place: string, value: unknown): void
  add(place: string, content: string | Uint8Array): void
  secret(name: string, value: string | Uint8Array | undefined): void
  /** Every byte string and long text in a value, by its path. */
  secretsIn(name: string, value: unknown): void
  /** The error that a promise rejects with, shown with its stack and causes. Fails when it does not. */
  error(place: string, promise: Promise<unknown>): Promise<unknown>
  /** A logger at trace level that keeps all it is told. */
  logger(place: string): Logger
  /** The files of a database, but not its key, which all of it is sealed with. */
  files(place: string, folder: string): Promise<void>
}

export function createRun(): Run {
  const haystacks: Haystack[] = []
  const secrets = new Map<string, Secret>()

  const run: Run = {
    haystacks,
    secrets,
    add: (place, content) => void haystacks.push({ place, content }),
    show(place, value) {
      run.add(`${place} (inspect)`, inspect(value, { depth: 10, showHidden: true, maxArrayLength: null }))
      run.add(`${place} (JSON)`, json(value))
      run.add(`${place} (text)`, `${value}`)
    },
    secret(name, value) {
      if (value !== undefined && value.length >= 7) secrets.set(name, { name, value })
    },
    secretsIn(name, value) {
      if (value instanceof Uint8Array) return value.length >= PART ? run.secret(name, value) : undefined
      if (typeof value === 'string') return isKey(value) ? run.secret(name, Buffer.from(value, 'base64')) : undefined
      if (typeof value !== 'object' || value === null) return
      for (const [member, inner] of Object.entries(value)) run.secretsIn(`${name}.${member}`, inner)
    },
    async error(place, promise) {
      try {
        await promise
      } catch (thrown) {
        let shown = thrown
        for (let depth = 0; shown instanceof Error && depth < 8; depth += 1) {
          run.show(`${place}, cause ${depth}`, shown)
          run.add(
            `${place}, cause ${depth} (stack)`,
            `${shown.message}\n${shown.stack}\n${String(Reflect.get(shown, 'advice'))}`,
          )
          shown = shown.cause
        }
        return thrown
      }
      throw new Error(`${place}: nothing was thrown`)
    },
    logger(place) {
      const lines = (bindings: string): Logger => {
        const write =
          (method: string) =>
          (...told: unknown[]): void =>
            run.show(`${place}, ${method}${bindings}`, told)
        return {
          level: 'trace',
          child: (more) => {
            run.show(`${place}, child`, more)
            return lines(`${bindings} ${Object.keys(more).join()}`)
          },
          trace: write('trace'),
          debug: write('debug'),
          info: write('info'),
          warn: write('warn'),
          error: write('error'),
        }
      }
      return lines('')
    },
    async files(place, folder) {
      for (const name of await readdir(folder, { recursive: true })) {
        const path = join(folder, name)
        if (!(await stat(path)).isFile() || /\.key\/key$/.test(name)) continue
        run.add(`${place}: ${name}`, Buffer.concat([await readFile(path), Buffer.from(name)]))
      }
    },
  }
  return run
}

const PART = 16

/** What Baileys keeps as text: base64 of 16 bytes or more. */
function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{22,}={0,2}$/.test(text) && Buffer.from(text, 'base64').length >= PART
}

function json(value: unknown): string {
  const seen = new WeakSet<object>()
  try {
    return (
      JSON.stringify(value, (_, inner: unknown) => {
        if (typeof inner === 'bigint') return String(inner)
        if (typeof inner !== 'object' || inner === null) return inner
        if (seen.has(inner)) return '[seen]'
        seen.add(inner)
        return inner
      }) ?? 'undefined'
    )
  } catch (thrown) {
    return String(thrown)
  }
}
