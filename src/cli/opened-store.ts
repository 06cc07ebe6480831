// The store that the environment names, opened; and the plain word about a key that was just made.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Store } from '../store/contract.ts'
import type { Context } from './context.ts'
import type { Environment } from './environment.ts'

/**
 * @param address instead of the environment's
 * @throws StoreError · LinkError `invalid-options`
 */
export async function openedStore(environment: Environment, context: Context, address?: string): Promise<Store> {
  const { openStore } = await import('../store/index.ts')
  const url = address ?? environment.store
  const { key, previousKeys } = environment
  const keyFile = key === undefined ? await keyFileOf(url) : undefined
  const keyIsNew = keyFile !== undefined && !existsSync(keyFile)
  const store = await openStore(url, { previousKeys, ...(key === undefined ? {} : { key }) })
  if (keyIsNew && existsSync(keyFile)) tellOfKey(keyFile, context)
  return store
}

async function keyFileOf(url: string): Promise<string | undefined> {
  const path = /^sqlite:(.+)$/i.exec(url)?.[1]
  if (path === undefined) return undefined
  const { keyFolder } = await import('../store/sqlite/key-folder.ts')
  return join(keyFolder(resolve(path)), 'key')
}

/** Said once, when the key is made. To stderr where stdout belongs to events. */
function tellOfKey(keyFile: string, { printer, stderr }: Context): void {
  const text =
    `The sessions are sealed with a new key: ${keyFile}\n` +
    'It protects copies and backups of the database. It does not protect against the theft of the whole disk.'
  if (printer.kind === 'terminal') printer.say(`${text}\n`)
  else stderr.write(`${text}\n`)
}
