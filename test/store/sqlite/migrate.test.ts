import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Connection, connect } from '../../../src/store/sqlite/connection.ts'
import { migrate, schemaVersion } from '../../../src/store/sqlite/migrate.ts'
import { APPLICATION_ID, MIGRATIONS } from '../../../src/store/sqlite/migrations.ts'
import { storedCheck } from '../../../src/store/sqlite/read.ts'
import { temporaryFolder } from '../../conformance/store/place.ts'

async function emptyDatabase(): Promise<string> {
  const file = join(await temporaryFolder(), 'test.db')
  await writeFile(file, '')
  return file
}

async function twoConnections(): Promise<readonly [Connection, Connection]> {
  const file = await emptyDatabase()
  return [await connect(file), await connect(file)]
}

describe('the schema', () => {
  it('is made once, marked as ours, and logged ahead', async () => {
    const [connection] = await twoConnections()
    expect(schemaVersion(connection)).toBe(0)
    expect(await migrate(connection, Buffer.from('check'))).toEqual(Buffer.from('check'))
    expect(connection.first('PRAGMA application_id')).toMatchObject({ application_id: APPLICATION_ID })
    expect(schemaVersion(connection)).toBe(MIGRATIONS.length)
    expect(connection.first('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' })
  })

  it('is the same for two that make it at once: the first check value counts', async () => {
    const [one, two] = await twoConnections()
    const checks = await Promise.all([migrate(one, Buffer.from('one')), migrate(two, Buffer.from('two'))])
    expect(checks[0]).toEqual(checks[1])
    expect(storedCheck(two)).toEqual(checks[0])
  })

  it('waits for one that is at it', async () => {
    const [one, two] = await twoConnections()
    one.exec('BEGIN IMMEDIATE')
    const waiting = migrate(two, Buffer.from('two'))
    await new Promise((resolve) => setImmediate(resolve))
    one.exec('ROLLBACK')
    expect(await waiting).toEqual(Buffer.from('two'))
  })

  it('of a newer version is refused, and stays as it is', async () => {
    const [connection] = await twoConnections()
    connection.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
    await expect(migrate(connection, Buffer.from('check'))).rejects.toMatchObject({ code: 'newer-schema' })
    expect(connection.all('SELECT name AS name FROM sqlite_master')).toEqual([])
    expect(connection.inTransaction).toBe(false)
  })

  it('names every column that is read: libsql adds one of its own to each row', async () => {
    const [connection] = await twoConnections()
    await migrate(connection, Buffer.from('check'))
    const row = connection.first('SELECT value AS value FROM meta')
    expect(row?.['value']).toEqual(Buffer.from('check'))
    expect(Buffer.isBuffer(row?.['value'])).toBe(true)
  })
})
