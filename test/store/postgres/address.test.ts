import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/store/postgres/address.ts'

describe('the address of a PostgreSQL store', () => {
  it('is taken apart, with defaults for what it leaves out', () => {
    expect(parseAddress('postgres://bot:p%40ss%2Fword@db.example.com:6543/sales?sslmode=disable')).toEqual({
      host: 'db.example.com',
      port: 6543,
      user: 'bot',
      password: 'p@ss/word',
      database: 'sales',
      schema: 'paircode',
      tls: { mode: 'off' },
      channelBinding: false,
      applicationName: 'paircode',
    })
    expect(parseAddress('postgresql://')).toEqual({
      host: 'localhost',
      port: 5432,
      user: undefined,
      password: undefined,
      database: undefined,
      schema: 'paircode',
      tls: { mode: 'off' },
      channelBinding: false,
      applicationName: 'paircode',
    })
  })

  it('may name a Unix socket, an IPv6 address, a schema, an application and options', () => {
    expect(parseAddress('postgres://bot@localhost/db?host=/var/run/postgresql&port=5433')).toMatchObject({
      host: '/var/run/postgresql',
      port: 5433,
    })
    expect(parseAddress('postgres://bot@%2Fvar%2Frun%2Fpostgresql/db').host).toBe('/var/run/postgresql')
    expect(parseAddress('postgres://bot@[::1]:5432/db').host).toBe('::1')
    expect(
      parseAddress('postgres://h/db?schema=bots_2&application_name=sales&options=endpoint%3Dx&channel_binding=require'),
    ).toMatchObject({ schema: 'bots_2', applicationName: 'sales', options: 'endpoint=x', channelBinding: true })
  })

  it('says how far the server must prove itself: require and prefer are full proof', () => {
    const modes = Object.entries({
      'sslmode=disable': 'off',
      'sslmode=prefer': 'verify',
      'sslmode=require': 'verify',
      'sslmode=verify-full': 'verify',
      'sslmode=no-verify': 'no-verify',
      'ssl=true': 'verify',
      'ssl=1': 'verify',
      'ssl=no-verify': 'no-verify',
      'ssl=false': 'off',
      'ssl=0': 'off',
      'sslmode=verify-ca&sslrootcert=ca.pem': 'verify-ca',
      'sslrootcert=ca.pem': 'verify',
      'sslcert=c.pem&sslkey=k.pem': 'verify',
    })
    for (const [parameters, mode] of modes)
      expect([parameters, parseAddress(`postgres://h/db?${parameters}`).tls.mode]).toEqual([parameters, mode])
    expect(parseAddress('postgres://h/db?sslmode=require&sslrootcert=a&sslcert=b&sslkey=c').tls).toEqual({
      mode: 'verify',
      rootCertificate: 'a',
      certificate: 'b',
      key: 'c',
    })
  })

  it('is refused when it is none, or could mean something else; parameters that look like TLS are never ignored', () => {
    for (const url of [
      'postgres:',
      'postgres:db',
      'postgres:/db',
      'postgres://bot:hunter2@h:port/db',
      'postgres://bot:hunter2@h:0/db',
      'postgres://bot:hun@ter2/@h/db',
      'postgres://bot:hunter2/more@h/db',
      'postgres://bot:hunter2?more@h/db',
      'postgres://bot:hunter2#more@h/db',
      'postgres://bot:hunter2%@h/db',
      'postgres://bot:hunter2@h/db?port=x',
      'postgres://bot:hunter2@h/db?sslmod=require',
      'postgres://bot:hunter2@h/db?sslmode=yes',
      'postgres://bot:hunter2@h/db?sslmode=verify-ca',
      'postgres://bot:hunter2@h/db?schema=Sales',
      'postgres://bot:hunter2@h/db?schema=pg_own',
      'postgres://bot:hunter2@h/db?schema=',
      `postgres://bot:hunter2@h/db?schema=${'a'.repeat(64)}`,
    ]) {
      let thrown: unknown
      try {
        parseAddress(url)
      } catch (error) {
        thrown = error
      }
      expect([url, thrown]).toEqual([url, expect.objectContaining({ code: 'not-a-store' })])
      expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain('hunter2')
    }
  })

  it('holds any password, percent-encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const url = `postgres://bot:${encodeURIComponent(password)}@h/db`
        expect(parseAddress(url).password).toBe(password)
      }),
    )
  })
})
