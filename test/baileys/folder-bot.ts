// A bot on unmodified Baileys with useMultiFileAuthState, as bots in the wild keep it: one folder, saved at each
// creds.update, a new socket after 515.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuthenticationCreds, useMultiFileAuthState } from 'baileys'
import { onTestFinished } from 'vitest'
import type { Emulator } from '../../src/emulator/index.ts'
import { LinkError } from '../../src/errors.ts'
import { type Bot, startBot } from '../emulator/plain-baileys.ts'

/** Removed with the test. */
export async function credentialsFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-baileys-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

export interface FolderBot extends Bot {
  /** creds.json as it is on the disk, once everything that was to be saved is there; undefined when there is none. */
  saved(): Promise<Partial<AuthenticationCreds> | undefined>
  /** How often the bot saved. */
  saves(): number
  readonly saveCreds: () => Promise<void>
}

export async function startFolderBot(
  emulator: Emulator,
  folder: string,
  config: Record<string, unknown> = {},
): Promise<FolderBot> {
  const { state, saveCreds } = await useMultiFileAuthState(folder)
  const bot = startBot(emulator, state, config)
  const saving: Promise<void>[] = []
  bot.sock.ev.on('creds.update', () => {
    const save = saveCreds()
    // Baileys may save once more when the test is over and the folder gone; `saved()` tells of every other failure.
    save.catch(() => {})
    saving.push(save)
  })
  return {
    ...bot,
    saveCreds,
    saves: () => saving.length,
    async saved() {
      await Promise.all(saving)
      const file = join(folder, 'creds.json')
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<AuthenticationCreds>) : undefined
    },
  }
}

/** The LinkError that a promise rejects with. Anything else fails the test. */
export async function linkErrorOf(promise: Promise<unknown>): Promise<LinkError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof LinkError) return error
  throw error ?? new Error('nothing was thrown')
}
