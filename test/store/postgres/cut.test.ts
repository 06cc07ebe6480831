// Connections that are cut, and a server that goes and comes back: nothing acknowledged is lost, nothing is done twice,
// and the same store goes on. More cuts: CUTS=500 npx vitest run <this file>
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import type { Backend } from '../../../src/store/backend.ts'
import { unlock } from '../../../src/store/check.ts'
import type { Store } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { LIMITS, type Limits } from '../../../src/store/postgres/patience.ts'
import { createSeal } from '../../../src/store/seal.ts'
import { assembleStore } from '../../../src/store/store.ts'
import { noPostgres, type PostgresServer, sharedServer, startServer } from '../../conformance/store/postgres-server.ts'
import { newlyLinked } from '../samples.ts'
import { type CuttingProxy, startProxy } from './proxy.ts'

const CUTS = Number(process.env['CUTS'] ?? 40)
const KEY = Buffer.alloc(32, 5)
const ACCOUNT = 'an account'
const COUNTER = Buffer.from('a counter')
let schemas = 0

/** The same waits, each short. */
const HASTY: Limits = { connectMs: 2_000, answerMs: 500, patienceMs: 500, askMs: 500 }

interface Behind {
  readonly server: PostgresServer
  readonly proxy: CuttingProxy
  readonly store: Store
  readonly schema: string
}

/** A store behind a proxy. */
async function storeBehindProxy(given?: PostgresServer, limits: Limits = LIMITS): Promise<Behind> {
  const server = given ?? (await sharedServer())
  const proxy = await startProxy(() => server.port)
  const schema = `cut_${++schemas}`
  const { backend } = await openPostgres(server.url(schema, { port: proxy.port }), systemClock, KEY, limits)
  const unlocked = await unlock(backend, createSeal(KEY))
  const store = assembleStore({ kind: 'postgres', backend, unlocked, clock: systemClock })
  onTestFinished(() => store.close())
  return { server, proxy, store, schema }
}

/** The same store as its database sees it, for counting. */
async function backendOf({ server, schema }: Behind, port: number): Promise<Backend> {
  const { backend } = await openPostgres(server.url(schema, { port }), systemClock, KEY)
  onTestFinished(() => backend.close())
  return backend
}

/** Adds one, and says what it was before. */
function count(backend: Backend): Promise<number> {
  return backend.update('limit', COUNTER, (old) => {
    const before = old === undefined ? 0 : Number(Buffer.from(old).toString())
    return { put: { value: Buffer.from(String(before + 1)), expiresAt: 9e15 }, result: before }
  })
}

async function counted(backend: Backend): Promise<number> {
  return backend.update('limit', COUNTER, (old) => ({ result: Number(Buffer.from(old ?? '0').toString()) }))
}

describe.skipIf(noPostgres)('a commit whose answer is lost', () => {
  it('is found to be done, and not done again', async () => {
    const { proxy, store } = await storeBehindProxy()
    const { limits } = internalsOf(store)
    const lost = proxy.loseCommit('answer')
    expect(await limits.take(ACCOUNT, 1_000)).toMatchObject({ allowed: true, remaining: 2 })
    await lost
    expect(await limits.peek(ACCOUNT, 1_000)).toMatchObject({ remaining: 2 })
  })

  it('is done again when it never arrived', async () => {
    const { proxy, store } = await storeBehindProxy()
    const { limits } = internalsOf(store)
    const lost = proxy.loseCommit('request')
    expect(await limits.take(ACCOUNT, 1_000)).toMatchObject({ allowed: true, remaining: 2 })
    await lost
    expect(await limits.peek(ACCOUNT, 1_000)).toMatchObject({ remaining: 2 })
  })

  it('that the server gets late, when the client has already asked, is done once', async () => {
    const { proxy, store } = await storeBehindProxy()
    const { limits } = internalsOf(store)
    const lost = proxy.loseCommit('late')
    expect(await limits.take(ACCOUNT, 1_000)).toMatchObject({ allowed: true, remaining: 2 })
    await lost
    await sleep(1_000) // not a wait for anything: nothing may come after it
    expect(await limits.peek(ACCOUNT, 1_000)).toMatchObject({ remaining: 2 })
  })

  it('stores a link once, and archives what it replaced once', async () => {
    for (const how of ['answer', 'request', 'late'] as const) {
      const { proxy, store } = await storeBehindProxy()
      const inner = internalsOf(store)
      await inner.saveLinked(await newlyLinked({ deviceName: 'first' }))
      const lost = proxy.loseCommit(how)
      await inner.saveLinked(await newlyLinked({ deviceName: 'second' }))
      await lost
      expect(await store.get('sales')).toMatchObject({ deviceName: 'second' })
      expect(await store.list({ archived: true })).toMatchObject([{ deviceName: 'first' }])
    }
  })

  it('is told as unknown when nobody can be asked for too long', async () => {
    const { proxy, store } = await storeBehindProxy(undefined, HASTY)
    const { limits } = internalsOf(store)
    const lost = proxy.loseCommit('answer').then(() => {
      proxy.refuse = true
    })
    const told = await limits.take(ACCOUNT, 1_000).catch((thrown: unknown) => thrown)
    await lost
    expect(told).toMatchObject({ code: 'store-error', message: expect.stringContaining('nobody knows') })
    proxy.refuse = false
    expect(await limits.peek(ACCOUNT, 1_000)).toMatchObject({ remaining: 2 })
  })
})

describe.skipIf(noPostgres)('a connection that is cut', () => {
  it(`anywhere, ${CUTS} times, loses nothing that was acknowledged and does nothing twice`, {
    timeout: 60_000 + CUTS * 2_000,
  }, async () => {
    const behind = await storeBehindProxy()
    const backend = await backendOf(behind, behind.proxy.port)
    // A server that was never reached is told of at once; one that was is waited for.
    await backend.readCheck()
    let acknowledged = 0
    for (let round = 0; round < CUTS; round++) {
      behind.proxy.cutAfter(Math.floor(Math.random() * 6_000), round % 2 === 0 ? 'client' : 'server')
      const befores = await Promise.all(Array.from({ length: 1 + (round % 4) }, () => count(backend)))
      expect(befores).toEqual(befores.map((_, index) => acknowledged + index))
      acknowledged += befores.length
    }
    expect(await counted(backend)).toBe(acknowledged)
    expect(behind.proxy.made).toBeGreaterThan(CUTS / 4)
  })

  it('by the server in the middle of a transaction is made anew', async () => {
    const behind = await storeBehindProxy()
    const backend = await backendOf(behind, behind.proxy.port)
    let stop = false
    const killer = (async () => {
      while (!stop)
        await behind.server.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'paircode'`,
        )
    })()
    for (let round = 0; round < 30; round++) expect(await count(backend)).toBe(round)
    stop = true
    await killer
    expect(await counted(backend)).toBe(30)
  })

  it('while nobody uses it harms nobody', async () => {
    const { proxy, store } = await storeBehindProxy()
    for (let round = 0; round < 3; round++) {
      proxy.cutAll()
      expect(await store.list()).toEqual([])
    }
  })

  it('of which nothing is heard any more is given up in the end', async () => {
    const { proxy, store } = await storeBehindProxy(undefined, HASTY)
    proxy.swallow = true
    const listing = store.list().catch((thrown: unknown) => thrown)
    expect(await listing).toMatchObject({ code: 'store-error', message: expect.stringContaining('no answer') })
    proxy.swallow = false
    expect(await store.list()).toEqual([])
  })
})

describe.skipIf(noPostgres)('a server that goes and comes back', () => {
  for (const how of ['fast', 'crash'] as const)
    it(`(${how}) keeps all that was acknowledged, and the same store goes on`, { timeout: 90_000 }, async () => {
      const server = await startServer([])
      const behind = await storeBehindProxy(server)
      const backend = await backendOf(behind, server.port)
      let acknowledged = 0
      let stop = false
      const writer = (async () => {
        while (!stop) {
          const before = await count(backend)
          expect(before).toBe(acknowledged)
          acknowledged = before + 1
        }
      })()
      for (let round = 0; round < 3; round++) {
        await sleep(50 + Math.random() * 100) // the moment of the crash
        await server.stop(how)
        await server.start()
      }
      const before = acknowledged
      while (acknowledged === before) await sleep(5)
      stop = true
      await writer
      expect(await counted(backend)).toBe(acknowledged)
      expect(await behind.store.list()).toEqual([])
    })

  it('is told of when it stays away, and found again later', async () => {
    const server = await startServer()
    const { store } = await storeBehindProxy(server, HASTY)
    await server.stop()
    await expect(store.list()).rejects.toMatchObject({
      code: 'store-error',
      advice: expect.stringContaining('PostgreSQL server runs'),
    })
    await server.start()
    expect(await store.list()).toEqual([])
  })
})
