import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../../src/store/open.ts'
import { opened, temporaryFolder } from '../../conformance/store/place.ts'
import { noPostgres, type PostgresServer, startServer } from '../../conformance/store/postgres-server.ts'
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts'

const KEY = Buffer.alloc(32, 1)

let started: Promise<PostgresServer> | undefined

/** One that takes nobody without TLS. */
function tlsServer(): Promise<PostgresServer> {
  started ??= startServer(['fsync = off', 'ssl = on'], {
    'server.crt': CERTIFICATE,
    'server.key': PRIVATE_KEY,
    'pg_hba.conf': 'hostssl all all 127.0.0.1/32 scram-sha-256\n',
  })
  return started
}

async function addressWith(parameters: string, host = 'localhost'): Promise<string> {
  return `${(await tlsServer()).url().replace('127.0.0.1', host)}?${parameters}`
}

describe.skipIf(noPostgres)('TLS to the server', () => {
  it('is used with the root certificate that the address names, and proves the name', async () => {
    const file = join(await temporaryFolder(), 'root.pem')
    await writeFile(file, CERTIFICATE)
    for (const mode of ['verify-full', 'require', 'verify-ca']) {
      const store = await opened(await addressWith(`sslmode=${mode}&sslrootcert=${file}&channel_binding=require`), {
        key: KEY,
      })
      expect(await store.list()).toEqual([])
    }
    const server = await tlsServer()
    expect(
      await server.query(
        'SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = $1',
        ['paircode'],
      ),
    ).toEqual([{ ssl: true }])
  })

  it('without a known root certificate is refused; no-verify does without', async () => {
    for (const mode of ['sslmode=require', 'sslmode=prefer', 'ssl=true'])
      await expect(openStore(await addressWith(mode), { key: KEY })).rejects.toMatchObject({
        code: 'store-error',
        advice: expect.stringContaining('sslrootcert'),
      })
    const store = await opened(await addressWith('sslmode=no-verify'), { key: KEY })
    expect(await store.list()).toEqual([])
  })

  it('to another name than the certificate’s is refused, but with verify-ca', async () => {
    const file = join(await temporaryFolder(), 'root.pem')
    await writeFile(file, CERTIFICATE)
    await expect(
      openStore(await addressWith(`sslmode=verify-full&sslrootcert=${file}`, '127.0.0.1'), { key: KEY }),
    ).rejects.toMatchObject({ code: 'store-error', advice: expect.stringContaining('correct the host') })
    const store = await opened(await addressWith(`sslmode=verify-ca&sslrootcert=${file}`, '127.0.0.1'), { key: KEY })
    expect(await store.list()).toEqual([])
  })

  it('that the server demands and the address does not offer is told', async () => {
    await expect(openStore(await addressWith('sslmode=disable'), { key: KEY })).rejects.toMatchObject({
      code: 'store-error',
      advice: expect.stringContaining('pg_hba.conf'),
    })
  })

  it('with a certificate file that is not there is refused before anything is connected to', async () => {
    await expect(
      openStore('postgres://u:p@localhost:1/db?sslrootcert=/no/such/file', { key: KEY }),
    ).rejects.toMatchObject({ code: 'store-error', advice: expect.stringContaining('sslrootcert') })
  })
})
