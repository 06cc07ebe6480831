import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import type { Store } from '../../src/store/contract.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { openStore } from '../../src/store/open.ts'
import { startChild } from '../conformance/store/children.ts'
import { temporaryFolder } from '../conformance/store/place.ts'

describe('openStore', () => {
  it('opens a store in memory', async () => {
    await using store = await openStore('memory:')
    expect(await store.list()).toEqual([])
  })

  it('refuses addresses that are none, and says which there are', async () => {
    for (const url of [
      '',
      'sessions.db',
      './sessions.db',
      'mysql://localhost/x',
      'file:x.db',
      'memory:x',
      'sqlite:',
      7,
      null,
    ])
      await expect(openStore(url as string)).rejects.toMatchObject({
        code: 'not-a-store',
        advice: expect.stringContaining('sqlite:./sessions.db'),
      })
    await expect(openStore('nonsense:x')).rejects.toBeInstanceOf(StoreError)
  })

  it('advises memory: for SQLite without a file', async () => {
    await expect(openStore('sqlite::memory:')).rejects.toMatchObject({
      code: 'not-a-store',
      advice: 'Use memory: instead.',
    })
    expect(existsSync(':memory:')).toBe(false)
  })

  it('refuses sqlite:// with two slashes, which could mean two files', async () => {
    await expect(openStore('sqlite://sessions.db')).rejects.toMatchObject({ code: 'not-a-store' })
  })

  it('does not repeat an address in an error: it may hold a password', async () => {
    for (const url of [
      'postgres://bot:hunter2@db/paircode',
      'postgres://bot:hunter2#@db/paircode',
      'mysql://bot:hunter2@db/x',
    ])
      expect(inspect(await openStore(url).catch((error: unknown) => error), { depth: 9 })).not.toContain('hunter2')
  })

  it('takes keys of 32 bytes only, before anything is opened', async () => {
    for (const key of [
      Buffer.alloc(31),
      Buffer.alloc(33),
      new Uint8Array(),
      'x'.repeat(32),
      async () => Buffer.alloc(16),
    ])
      await expect(openStore('memory:', { key: key as Uint8Array })).rejects.toMatchObject({ code: 'invalid-options' })
    await expect(openStore('memory:', { previousKeys: [Buffer.alloc(1)] })).rejects.toThrow(
      'previousKeys[0] must be 32',
    )
  })

  it.each([null, 7, { previousKeys: 7 }, { previousKeys: new Uint8Array(32) }, { clock: {} }, { clock: null }])(
    'refuses the options %j by name, before anything is opened',
    async (options) => {
      await expect(openStore('memory:', options as never)).rejects.toMatchObject({ code: 'invalid-options' })
    },
  )

  it('fetches a key from a function, and names it when that fails', async () => {
    await using store = await openStore('memory:', { key: async () => Buffer.alloc(32, 1) })
    expect(await store.list()).toEqual([])
    const cause = new Error('vault is sealed')
    await expect(openStore('memory:', { key: () => Promise.reject(cause) })).rejects.toMatchObject({
      code: 'store-error',
      message: 'the key could not be fetched',
      cause,
    })
  })

  it('is light to import: the database is loaded at the first opening of a file, the bridge and Baileys not even then', async () => {
    const memory = await startChild('import-store', 'memory:')
    expect([await memory.line(), await memory.line()]).toEqual(['imported', 'opened'])
    const sqlite = await startChild('import-store', `sqlite:${join(await temporaryFolder(), 'x.db')}`)
    expect([await sqlite.line(), await sqlite.line()]).toEqual(['imported', expect.stringContaining('loads libsql')])
    const postgres = await startChild('import-store', 'postgres://bot:hunter2@127.0.0.1:1/paircode')
    expect([await postgres.line(), await postgres.line()]).toEqual(['imported', expect.stringContaining('loads pg')])
  })
})

describe('internalsOf', () => {
  it('gives the inner side of a store that openStore made', async () => {
    const store = await openStore('memory:')
    expect(internalsOf(store)).toMatchObject({ acquire: expect.any(Function), limits: expect.any(Object) })
  })

  it('refuses everything else', () => {
    for (const other of [undefined, null, 'x', {}, { list: () => [] }]) {
      expect(() => internalsOf(other as unknown as Store)).toThrow(
        expect.objectContaining({ code: 'invalid-options', message: 'store must come from openStore()' }),
      )
    }
  })
})
