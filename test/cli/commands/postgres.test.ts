// The command on a store in PostgreSQL: its address and key come from the environment.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { openStore } from '../../../src/store/open.ts'
import { noPostgres, PASSWORD, sharedServer } from '../../conformance/store/postgres-server.ts'
import { newlyLinked } from '../../store/samples.ts'
import { type BuiltCli, buildCli } from '../support/built-cli.ts'
import { type Ended, runCli } from '../support/running-cli.ts'

let cli: BuiltCli
let cwd: string

beforeAll(async () => {
  cli = await buildCli()
  cwd = mkdtempSync(join(tmpdir(), 'paircode-cli-postgres-'))
}, 120_000)
afterAll(() => {
  cli.remove()
  rmSync(cwd, { recursive: true, force: true })
})

const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  runCli(cli.main, args, { cwd, env }).ended

describe.skipIf(noPostgres)('paircode on PostgreSQL', () => {
  it('lists the sessions of the store that PAIRCODE_STORE and PAIRCODE_KEY name', async () => {
    const url = (await sharedServer()).url('cli')
    const key = randomBytes(32)
    const store = await openStore(url, { key })
    await internalsOf(store).saveLinked(await newlyLinked())
    await store.close()
    const listed = await run(['sessions', '--json'], { PAIRCODE_STORE: url, PAIRCODE_KEY: key.toString('base64') })
    expect(listed).toMatchObject({ code: 0, events: [{ session: 'sales', state: 'unconfirmed' }] })
  })

  it('without a key prints a fresh one to set, which then opens a new store', async () => {
    const url = (await sharedServer()).url('cli_new')
    const refused = await run(['sessions'], { PAIRCODE_STORE: url })
    expect(refused.code).toBe(1)
    const printed = refused.stdout + refused.stderr
    const fresh = /PAIRCODE_KEY=([A-Za-z0-9+/]{43}=)/.exec(printed)?.[1] ?? ''
    expect(Buffer.from(fresh, 'base64')).toHaveLength(32)
    expect(await run(['sessions', '--json'], { PAIRCODE_STORE: url, PAIRCODE_KEY: fresh })).toMatchObject({ code: 0 })
    const other = await run(['sessions'], { PAIRCODE_STORE: url, PAIRCODE_KEY: randomBytes(32).toString('base64') })
    expect(other).toMatchObject({ code: 1 })
    expect(other.stdout + other.stderr).toContain('paircode explain wrong-key')
  })

  it('never prints the password of the address', async () => {
    const url = (await sharedServer()).url('cli', { database: 'missing' })
    const failed = await run(['sessions'], {
      PAIRCODE_STORE: url,
      PAIRCODE_KEY: randomBytes(32).toString('base64'),
      PAIRCODE_LOG: 'trace',
    })
    expect(failed.code).toBe(1)
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)])
      expect(failed.stdout + failed.stderr).not.toContain(secret)
    expect(failed.stdout + failed.stderr).toContain('CREATE DATABASE')
  })
})
