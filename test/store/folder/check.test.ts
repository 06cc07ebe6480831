import { describe, expect, it } from 'vitest'
import { readBufferJson, writeBufferJson } from '../../../src/store/folder/buffer-json.ts'
import { checkedCredentials } from '../../../src/store/folder/check.ts'
import { JID, signedCredentials } from '../samples.ts'
import { baileysCredentials } from './baileys-folder.ts'

/** Credentials as a file holds them, with one member changed; undefined takes it away. */
async function changed(path: string, value: unknown): Promise<unknown> {
  const credentials = readBufferJson(writeBufferJson(await signedCredentials())) as Record<string, unknown>
  const names = path.split('.')
  const last = names.pop() ?? ''
  let inner = credentials
  for (const name of names) {
    inner[name] ??= {}
    inner = inner[name] as Record<string, unknown>
  }
  if (value === undefined) delete inner[last]
  else inner[last] = value
  return credentials
}

async function defectOf(path: string, value: unknown): Promise<string> {
  const checked = checkedCredentials(await changed(path, value))
  return checked.ok ? 'none' : checked.defect.what
}

describe('credentials from a folder', () => {
  it('pass when they are whole, in bytes or with the account in text', async () => {
    const credentials = await signedCredentials()
    expect(checkedCredentials(credentials)).toEqual({ ok: true, credentials })
    const written = JSON.parse(JSON.stringify(await baileysCredentials())) as { account: object }
    expect(checkedCredentials({ ...(await baileysCredentials()), account: written.account })).toMatchObject({
      ok: true,
    })
  })

  it.each([
    'noiseKey.public',
    'noiseKey.private',
    'signedIdentityKey.public',
    'signedIdentityKey.private',
    'signedPreKey.keyPair.public',
    'signedPreKey.keyPair.private',
    'pairingEphemeralKeyPair.public',
    'pairingEphemeralKeyPair.private',
  ])('are damaged when %s has no 32 bytes', async (path) => {
    expect(await defectOf(path, Buffer.alloc(0))).toBe(`is damaged: ${path} is empty`)
    expect(await defectOf(path, Buffer.alloc(31))).toBe(`is damaged: ${path} has 31 bytes instead of 32`)
    expect(await defectOf(path, Buffer.alloc(33))).toBe(`is damaged: ${path} has 33 bytes instead of 32`)
    expect(await defectOf(path, 'text')).toBe(`is damaged: ${path} is missing`)
  })

  it.each(['noiseKey', 'signedIdentityKey', 'signedPreKey', 'signedPreKey.keyPair', 'signedPreKey.signature'])(
    'are damaged without %s',
    async (path) => {
      for (const value of [undefined, null, 7, {}])
        expect(await defectOf(path, value)).toMatch(/^is damaged: .*missing$/)
    },
  )

  it.each([
    ['signedPreKey.signature', Buffer.alloc(63), 'has 63 bytes instead of 64'],
    ['account.accountSignature', Buffer.alloc(65), 'has 65 bytes instead of 64'],
    ['account.deviceSignature', Buffer.alloc(10).toString('base64'), 'has 10 bytes instead of 64'],
    ['account.accountSignatureKey', Buffer.alloc(0), 'is empty'],
    ['account.accountSignatureKey', Buffer.alloc(31), 'has 31 bytes instead of 32 or 33'],
    ['account.details', [1], 'is missing'],
    ['advSecretKey', '', 'is empty'],
    ['advSecretKey', 'c2hvcnQ=', 'has 5 bytes instead of 32'],
    ['registrationId', undefined, 'is not a number'],
    ['registrationId', '5', 'is not a number'],
    ['signedPreKey.keyId', null, 'is not a number'],
    ['nextPreKeyId', 1.5, 'is not a number'],
    ['firstUnuploadedPreKeyId', -1, 'is not a number'],
    ['me.id', 'somebody', 'is not a JID'],
    ['me.id', `${JID} `, 'is not a JID'],
    ['me.lid', 7, 'is not a JID'],
  ])('are damaged when %s is %j', async (path, value, what) => {
    expect(await defectOf(path, value)).toBe(`is damaged: ${path} ${what}`)
  })

  it.each([
    ['pairingEphemeralKeyPair', undefined],
    ['advSecretKey', undefined],
    ['account.accountSignatureKey', undefined],
    ['me.lid', undefined],
    ['registered', undefined],
    ['registered', false],
    ['processedHistoryMessages', undefined],
  ])('pass with %s %j: Baileys did without it once', async (path, value) => {
    expect(await defectOf(path, value)).toBe('none')
  })

  it.each([
    ['me', undefined],
    ['me', null],
    ['me.id', undefined],
    ['me.id', ''],
  ])('name no account when %s is %j', async (path, value) => {
    expect(await defectOf(path, value)).toBe('names no account: never linked')
  })

  it.each([
    ['account', undefined],
    ['account', null],
    ['account', {}],
    ['account.details', Buffer.alloc(0)],
    ['account.accountSignature', undefined],
    ['account.accountSignature', ''],
    ['account.deviceSignature', Buffer.alloc(0)],
  ])('are half-linked when %s is %j', async (path, value) => {
    const checked = checkedCredentials(await changed(path, value))
    expect(checked).toMatchObject({
      ok: false,
      defect: {
        what: expect.stringContaining('half-linked'),
        advice: expect.stringContaining('Link the session anew'),
      },
    })
  })

  it.each([null, undefined, 'text', 7, [], Buffer.alloc(4)])('%j does not hold credentials', (value) => {
    expect(checkedCredentials(value)).toMatchObject({ ok: false, defect: { what: 'does not hold credentials' } })
  })

  it('what is said of them holds none of their bytes', async () => {
    const secret = Buffer.from('a key that is far too long to be one of ours')
    expect(await defectOf('noiseKey.private', secret)).toBe('is damaged: noiseKey.private has 44 bytes instead of 32')
  })
})
