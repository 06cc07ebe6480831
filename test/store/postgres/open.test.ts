// Opening: the key, the address, whose schema it is, and every way a server refuses, each with its own sentence.
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StoreError } from '../../../src/errors.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { type OpenOptions, openStore } from '../../../src/store/open.ts'
import { MARK, MIGRATIONS, TABLES } from '../../../src/store/postgres/migrations.ts'
import { opened } from '../../conformance/store/place.ts'
import {
  noPostgres,
  PASSWORD,
  type PostgresServer,
  sharedServer,
  startServer,
} from '../../conformance/store/postgres-server.ts'
import { newlyLinked } from '../samples.ts'

const [KEY, OTHER] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

/** What opening says when it fails; nothing of it may hold the password. */
async function refusal(url: string, options: OpenOptions = { key: KEY }): Promise<StoreError> {
  const thrown = await openStore(url, options).then(
    (store) => store.close(),
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(StoreError)
  const printed = inspect(thrown, { depth: 9, showHidden: true }) + JSON.stringify(thrown) + String(thrown)
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'hunter2']) expect(printed).not.toContain(secret)
  return thrown as StoreError
}

async function tablesIn(server: PostgresServer, schema: string): Promise<readonly unknown[]> {
  const rows = await server.query('SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1)::oid', [
    schema,
  ])
  return rows.map((row) => row['relname'])
}

describe('the key of a store in PostgreSQL', () => {
  it('must be given: without one it is refused before anything is asked, with a fresh one to set', async () => {
    const advised = new Set<string>()
    for (const scheme of ['postgres', 'postgresql', 'POSTGRES']) {
      const refused = await refusal(`${scheme}://bot:hunter2@127.0.0.1:1/paircode`, {})
      expect(refused).toMatchObject({ code: 'wrong-key' })
      const fresh = /PAIRCODE_KEY=([A-Za-z0-9+/]{43}=)/.exec(refused.advice)?.[1] ?? ''
      expect(Buffer.from(fresh, 'base64')).toHaveLength(32)
      expect(fresh).not.toMatch(/\d{7}/)
      advised.add(fresh)
    }
    expect(advised.size).toBe(3)
  })
})

describe.skipIf(noPostgres)('opening a store in PostgreSQL', () => {
  it('with another key is wrong-key, and touches nothing', async () => {
    const server = await sharedServer()
    const store = await openStore(server.url('keyed'), { key: KEY })
    await internalsOf(store).saveLinked(await newlyLinked())
    await store.close()
    const rowsOf = async (): Promise<unknown> =>
      Promise.all(TABLES.map((table) => server.query(`SELECT * FROM keyed.${table} ORDER BY 1`)))
    const before = await rowsOf()
    expect(await refusal(server.url('keyed'), { key: OTHER })).toMatchObject({ code: 'wrong-key' })
    expect(await rowsOf()).toEqual(before)
    expect(await (await opened(server.url('keyed'), { key: KEY })).list()).toHaveLength(1)
  })

  it('makes its tables in a schema of its own, paircode unless the address says otherwise, and nothing elsewhere', async () => {
    const server = await sharedServer()
    await (await openStore(server.url(), { key: KEY })).close()
    expect(await tablesIn(server, 'paircode')).toEqual(expect.arrayContaining([...TABLES]))
    expect(await tablesIn(server, 'public')).toEqual([])
  })

  it('by ten at once makes one store', async () => {
    const server = await sharedServer()
    const stores = await Promise.all(Array.from({ length: 10 }, () => opened(server.url('crowd'), { key: KEY })))
    await internalsOf(stores[0] ?? expect.fail()).saveLinked(await newlyLinked())
    for (const store of stores) expect(await store.list()).toHaveLength(1)
    expect(await server.query('SELECT number FROM crowd.migrations')).toEqual(
      MIGRATIONS.map((_, index) => ({ number: index + 1 })),
    )
  })

  it('by ten at once with keys of their own lets one in', async () => {
    const server = await sharedServer()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => openStore(server.url('contested'), { key: Buffer.alloc(32, index) })),
    )
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    for (const { value } of won) await value.close()
    expect(won).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'wrong-key' })
  })

  it('that a newer version made is refused, and stays as it is', async () => {
    const server = await sharedServer()
    await (await openStore(server.url('newer'), { key: KEY })).close()
    await server.query('INSERT INTO newer.migrations (number) VALUES ($1)', [MIGRATIONS.length + 1])
    expect(await refusal(server.url('newer'))).toMatchObject({ code: 'newer-schema' })
  })

  it('refuses a schema where another program has tables of these names, and touches nothing', async () => {
    const server = await sharedServer()
    for (const [index, table] of ['meta', 'links'].entries()) {
      const schema = `foreign_${index}`
      await server.query(`CREATE SCHEMA ${schema}`)
      await server.query(`CREATE TABLE ${schema}.${table} (id int)`)
      expect(await refusal(server.url(schema))).toMatchObject({
        code: 'not-a-store',
        advice: expect.stringContaining('schema='),
      })
      expect(await tablesIn(server, schema)).toEqual([table])
    }
  })

  it('shares a schema with tables of other names', async () => {
    const server = await sharedServer()
    await server.query('CREATE SCHEMA shared_one')
    await server.query('CREATE TABLE shared_one.customers (id int)')
    await (await openStore(server.url('shared_one'), { key: KEY })).close()
    const [marked] = await server.query(`SELECT obj_description('shared_one.meta'::regclass) AS mark`)
    expect(marked).toEqual({ mark: MARK })
  })

  it('needs no right to make anything when the store is there', async () => {
    const server = await sharedServer()
    await (await openStore(server.url('granted'), { key: KEY })).close()
    await server.query(`CREATE ROLE clerk LOGIN PASSWORD 'hunter2'`)
    await server.query('GRANT USAGE ON SCHEMA granted TO clerk')
    await server.query('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA granted TO clerk')
    const store = await opened(`postgres://clerk:hunter2@127.0.0.1:${server.port}/postgres?schema=granted`, {
      key: KEY,
    })
    await internalsOf(store).saveLinked(await newlyLinked())
    expect(await store.list()).toHaveLength(1)
    expect(await refusal(`postgres://clerk:hunter2@127.0.0.1:${server.port}/postgres?schema=new_one`)).toMatchObject({
      code: 'store-error',
      message: expect.stringContaining('42501'),
      advice: expect.stringContaining('right'),
    })
  })

  it('says what is wrong: the password, the user, the database, the server', async () => {
    const server = await sharedServer()
    const at = `127.0.0.1:${server.port}`
    const cases: readonly (readonly [string, string])[] = [
      [`postgres://paircode:hunter2@${at}/postgres`, 'refused the password'],
      [`postgres://nobody:hunter2@${at}/postgres`, 'refused the password'],
      [`postgres://paircode@${at}/postgres`, 'Write it into the address'],
      [server.url(undefined, { database: 'missing' }), 'does not exist'],
      ['postgres://paircode:hunter2@127.0.0.1:1/postgres', 'server runs'],
      ['postgres://paircode:hunter2@localhost:1/postgres', 'server runs'],
      ['postgres://paircode:hunter2@no-such-host.invalid/postgres', 'server runs'],
      ['postgres://paircode:hunter2@localhost/postgres?host=/no/such/folder', 'server runs'],
      [`${server.url()}?sslmode=require`, 'sslmode=disable'],
    ]
    for (const [url, advice] of cases)
      expect(await refusal(url)).toMatchObject({ code: 'store-error', advice: expect.stringContaining(advice) })
  })

  it('waits for a place among the connections, and says so when there is none', async () => {
    const server = await startServer([
      'fsync = off',
      'max_connections = 6',
      'superuser_reserved_connections = 0',
      'reserved_connections = 0',
    ])
    const stores = await Promise.all(Array.from({ length: 5 }, () => opened(server.url(), { key: KEY })))
    const { openPostgres } = await import('../../../src/store/postgres/open.ts')
    const { systemClock } = await import('../../../src/lib/clock.ts')
    const hasty = { connectMs: 5_000, answerMs: 5_000, patienceMs: 300, askMs: 300 }
    const more = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const { backend } = await openPostgres(server.url(), systemClock, KEY, hasty)
        onTestFinished(() => backend.close())
        return backend.readCheck().then(
          () => 'reached',
          (thrown: unknown) => thrown,
        )
      }),
    )
    expect(more.filter((one) => one !== 'reached')).not.toEqual([])
    for (const one of more)
      if (one !== 'reached')
        expect(one).toMatchObject({ code: 'store-error', advice: expect.stringContaining('no connection left') })
    for (const store of stores) expect(await store.list()).toEqual([])
  })
})

describe.skipIf(noPostgres)('a database that refuses to write', () => {
  it('because it is read-only is told so; reads go on, and writes when it is writable again', async () => {
    const server = await startServer()
    const store = await opened(server.url(), { key: KEY })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    await server.query('ALTER SYSTEM SET default_transaction_read_only = on')
    await server.query('SELECT pg_reload_conf()')
    let told: unknown
    while (!(told instanceof Error)) told = await inner.limits.take('an account', 0).catch((thrown: unknown) => thrown)
    expect(told).toMatchObject({ code: 'store-error', advice: expect.stringContaining('read-only') })
    expect(await store.list()).toHaveLength(1)
    await server.query('ALTER SYSTEM RESET default_transaction_read_only')
    await server.query('SELECT pg_reload_conf()')
    while (told instanceof Error) told = await inner.limits.take('an account', 0).catch((thrown: unknown) => thrown)
    expect(told).toMatchObject({ allowed: true })
  })

  it('because its disk is full is told so by all of a group, and nothing of it is kept', async () => {
    const server = await sharedServer()
    const store = await opened(server.url('filled'), { key: KEY })
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    // What the server says when it cannot extend a file; filling a disk is not for a test.
    await server.query(`
      CREATE FUNCTION filled.fill() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`)
    await server.query(
      'CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON filled.link_values EXECUTE FUNCTION filled.fill()',
    )
    const { state, saveCreds } = await store.authState('sales')
    const failing = await Promise.allSettled([
      state.keys.set({ session: { a: Buffer.of(1) } }),
      saveCreds(),
      inner.saveLinked(await newlyLinked()),
    ])
    for (const outcome of failing)
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'store-error', advice: expect.stringContaining('is full') },
      })
    await server.query('DROP TRIGGER fill ON filled.link_values')
    expect(await store.list({ archived: true })).toEqual([])
    await state.keys.set({ session: { a: Buffer.of(2) } })
    expect(await (await store.authState('sales')).state.keys.get('session', ['a'])).toEqual({ a: Buffer.of(2) })
  })

  it('that was told not to wait for the disk waits for it all the same', async () => {
    const server = await sharedServer()
    const store = await opened(server.url('hurried'), { key: KEY })
    await server.query('CREATE TABLE hurried.seen (setting text)')
    await server.query(`
      CREATE FUNCTION hurried.look() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO hurried.seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$`)
    await server.query('CREATE TRIGGER look AFTER INSERT ON hurried.links EXECUTE FUNCTION hurried.look()')
    await server.query(`ALTER ROLE paircode SET synchronous_commit = off`)
    await server.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    )
    await internalsOf(store).saveLinked(await newlyLinked())
    await server.query('ALTER ROLE paircode RESET synchronous_commit')
    expect(await server.query('SELECT * FROM hurried.seen')).toEqual([{ setting: 'on' }])
  })

  it('whose tables were dropped says so', async () => {
    const server = await sharedServer()
    const store = await opened(server.url('dropped'), { key: KEY })
    await server.query('DROP SCHEMA dropped CASCADE')
    await expect(store.list()).rejects.toMatchObject({
      code: 'store-error',
      advice: expect.stringContaining('tables of the store are gone'),
    })
  })
})
