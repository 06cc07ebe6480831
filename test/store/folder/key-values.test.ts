import { proto } from 'baileys'
import { describe, expect, it } from 'vitest'
import { isKeyPair, keyValue } from '../../../src/store/folder/key-values.ts'

const KEY = Buffer.alloc(32, 9)

describe('the values of keys in a folder', () => {
  it('an app state key that the protobuf class wrote as text is bytes and numbers again', () => {
    const message = proto.Message.AppStateSyncKeyData.fromObject({ keyData: KEY, timestamp: 1_700_000_000_123 })
    const written = JSON.parse(JSON.stringify(message)) as { keyData: unknown; timestamp: unknown }
    expect([written.keyData, written.timestamp]).toEqual([KEY.toString('base64'), '1700000000123'])
    expect(keyValue('app-state-sync-key', written)).toEqual({ keyData: KEY, timestamp: 1_700_000_000_123 })
  })

  it('an app state key in bytes stays as it is', () => {
    const long = { low: 1, high: 2, unsigned: false }
    for (const value of [
      { keyData: KEY, fingerprint: { rawId: 1 } },
      { keyData: KEY, timestamp: long },
    ])
      expect(keyValue('app-state-sync-key', value)).toStrictEqual(value)
    expect(keyValue('app-state-sync-key', { keyData: KEY, timestamp: '99999999999999999999' })).toEqual({
      keyData: KEY,
      timestamp: '99999999999999999999',
    })
  })

  it.each([{}, { keyData: '' }, { keyData: 7 }, { keyData: Buffer.alloc(0) }, 'text', 7, [1]])(
    '%j is no app state key',
    (value) => expect(keyValue('app-state-sync-key', value)).toBeUndefined(),
  )

  it('values of all other types are left alone', () => {
    const value = { keyData: 'text' }
    expect(keyValue('session', value)).toBe(value)
    expect(keyValue('lid-mapping', '12025550123')).toBe('12025550123')
  })

  it('a key pair is two keys of 32 bytes and nothing else', () => {
    expect(isKeyPair({ public: KEY, private: KEY })).toBe(true)
    for (const value of [
      null,
      'text',
      {},
      { public: KEY },
      { public: KEY, private: KEY.subarray(1) },
      { public: KEY, private: KEY, more: 1 },
      { public: KEY.toString('base64'), private: KEY },
    ])
      expect(isKeyPair(value)).toBe(false)
  })
})
