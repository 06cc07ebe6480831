// The store that the environment names, opened; and the plain word about a key that was just made.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Store } from '../store/contract.ts'
import type { Context } from './context.ts'
import type { Environment } from './environment.ts'

export interface OpenedStore {
  readonly store: Store
  /** Says that a key was made for it just now; nothing when it was there before. */
  tellOfNewKey(): void
}

/**
 * @param address instead of the environment's
 * @throws StoreError · LinkError `invalid-options`
 */
export async function openedStore(environment: Environment, context: Context, address?: string): Promise<OpenedStore> {
  const { openStore } = await import('../store/index.ts')
  const url = address ?? environment.store
  const { key, previousKeys } = environment
  const keyFile = key === undefined ? await keyFileOf(url) : undefined
  const keyIsNew = keyFile !== undefined && !existsSync(keyFile)
  const store = await openStore(url, { previousKeys, ...(key === undefined ? {} : { key }) })
  return {
    store,
    tellOfNewKey() {
      if (keyIsNew && existsSync(keyFile)) tellOfKey(keyFile, context)
    },
  }
}

async function keyFileOf(url: string): Promise<string | undefined> {
  const path = /^sqlite:(.+)$/i.exec(url)?.[1]
  if (path === undefined) return undefined
  const { keyFolder } = await import('../store/sqlite/key-folder.ts')
  return join(keyFolder(resolve(path)), 'key')
}

/** To stderr where stdout belongs to events. */
function tellOfKey(keyFile: string, { printer, stderr }: Context): void {
  const text =
    `The sessions are kept sealed, with a new key in ${keyFile}\n` +
    'It protects copies and backups of the database. It does not protect against the theft of the whole disk.\n'
  if (printer.kind === 'terminal') printer.say(`\n${text}`)
  else stderr.write(text)
}
