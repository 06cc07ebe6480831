// The store that the environment names, opened; and the plain word about a key that was just made.
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StoreError } from '../errors.ts'
import type { Store } from '../store/contract.ts'
import type { Context } from './context.ts'
import type { Environment } from './environment.ts'

export interface OpenedStore {
  readonly store: Store
  /** Says that a key was made for it just now; nothing when it was there before. */
  tellOfNewKey(): void
}

/**
 * Opened, or made when there is none.
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

/**
 * For commands that only make sense on a store that is there: asking about a session makes no file.
 * @throws StoreError · LinkError `invalid-options`
 */
export async function existingStore(
  environment: Environment,
  context: Context,
  address?: string,
): Promise<Store | undefined> {
  const url = address ?? environment.store
  if (isAbsent(url)) return undefined
  return (await openedStore(environment, context, address)).store
}

/** @throws StoreError `not-linked` when there is no such store */
export async function storeOfSession(
  session: string,
  environment: Environment,
  context: Context,
  address?: string,
): Promise<Store> {
  const store = await existingStore(environment, context, address)
  if (store !== undefined) return store
  throw new StoreError(
    'not-linked',
    `there is no session ${session}: there is no store at ${address ?? environment.store}`,
    {
      advice: `Name the store with --store or PAIRCODE_STORE, or link the session: “${context.program} link --session ${session}”.`,
    },
  )
}

/** A file that is not there, or one without a byte in it. */
function isAbsent(url: string): boolean {
  const path = fileOf(url)
  if (path === undefined) return false
  const found = statSync(resolve(path), { throwIfNoEntry: false })
  return found === undefined || (found.isFile() && found.size === 0)
}

function fileOf(url: string): string | undefined {
  return /^sqlite:(.+)$/i.exec(url)?.[1]
}

async function keyFileOf(url: string): Promise<string | undefined> {
  const path = fileOf(url)
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
