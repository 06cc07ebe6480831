import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/errors.ts'
import {
  asStoreError,
  ConnectionLost,
  isOwnFault,
  isPassing,
  sqlState,
  Unreachable,
} from '../../../src/store/postgres/failure.ts'

/** As pg throws what the server said. */
function said(code: string, message = 'something'): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR', client: { password: 'hunter2' } })
}

function network(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:5432`), { code, errno: -111 })
}

describe('failures of PostgreSQL', () => {
  it('each become a store-error with what to do', () => {
    const advice: Readonly<Record<string, string>> = {
      '28P01': 'password',
      '28000': 'pg_hba.conf',
      '3D000': 'CREATE DATABASE',
      '42501': 'right',
      '25006': 'read-only',
      '53100': 'full',
      '53200': 'memory',
      '53300': 'max_connections',
      '57014': 'too long',
      '55P03': 'locked',
      '42P01': 'gone',
      XX001: 'backup',
      '57P01': 'restarted',
      '57P02': 'crashed',
      '57P03': 'starting up',
    }
    for (const [code, words] of Object.entries(advice)) {
      for (const thrown of [said(code), new Unreachable(said(code))]) {
        const error = asStoreError(thrown)
        expect(error).toMatchObject({ code: 'store-error', message: expect.stringContaining(code) })
        expect(error.advice).toContain(words)
      }
    }
    for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])
      expect(asStoreError(new Unreachable(network(code)))).toMatchObject({
        message: expect.stringMatching(/^PostgreSQL cannot be used: [a-z ]+$/),
        advice: expect.stringContaining('server runs'),
      })
    for (const code of [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
      expect(asStoreError(new Unreachable(network(code))).advice).toContain('sslrootcert')
  })

  it('carry nothing of the connection, whatever pg hangs on its errors', () => {
    const error = asStoreError(said('53100', 'could not extend file'))
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2')
    expect(error.cause).toMatchObject({ message: 'could not extend file', code: '53100' })
  })

  it('that are named already stay as they are', () => {
    const own = new StoreError('not-a-store', 'x')
    expect(asStoreError(own)).toBe(own)
    expect(asStoreError(new Unreachable(own))).toBe(own)
  })

  it('are tried again when they pass: collisions, restarts, cut connections', () => {
    for (const code of [
      '40001',
      '40P01',
      '55P03',
      '53300',
      '57P01',
      '57P02',
      '57P03',
      '57P05',
      '25P03',
      '25P04',
      '08006',
    ])
      expect([code, isPassing(said(code)), isPassing(new Unreachable(said(code)))]).toEqual([code, true, true])
    for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND'])
      expect([code, isPassing(network(code))]).toEqual([code, true])
    expect(isPassing(new ConnectionLost('cut'))).toBe(true)
    for (const code of ['28P01', '3D000', '42501', '25006', '53100', '57014', '23505', '22P02', '42P01'])
      expect([code, isPassing(said(code))]).toEqual([code, false])
    expect(isPassing(new Error('anything else'))).toBe(false)
    expect(isPassing('text')).toBe(false)
  })

  it('of one statement alone are told apart from those that everybody has', () => {
    expect(['22021', '23505', '53100', '42501'].map((code) => isOwnFault(said(code)))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(isOwnFault(network('ECONNRESET'))).toBe(false)
  })

  it('have a state only when the server said it', () => {
    expect(sqlState(said('40001'))).toBe('40001')
    expect(sqlState(network('EPIPE'))).toBeUndefined()
    expect(sqlState(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBeUndefined()
    expect(sqlState(undefined)).toBeUndefined()
  })
})
