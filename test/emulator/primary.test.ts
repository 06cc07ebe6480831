import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { flipped } from '../../src/emulator/certificate.ts'
import { openBundle, plainCode, unwrapCompanionKey, wrapPrimaryKey } from '../../src/emulator/primary.ts'

interface Pair {
  readonly private: string
  readonly public: string
}
interface Vector {
  readonly code: string
  readonly companionEphemeral: Pair
  readonly companionIdentity: Pair
  readonly primaryEphemeral: Pair
  readonly primaryIdentity: Pair
  readonly wrappedCompanion: string
  readonly wrappedPrimary: string
  readonly bundle: string
  readonly advSecret: string
}

const vector: Vector = JSON.parse(readFileSync(new URL('vectors/code-key-agreement.json', import.meta.url), 'utf8'))
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const pair = (of: Pair) => ({ private: bytes(of.private), public: bytes(of.public) })
const keys = {
  primaryEphemeral: pair(vector.primaryEphemeral),
  primaryIdentity: pair(vector.primaryIdentity),
  companionEphemeral: bytes(vector.companionEphemeral.public),
  companionIdentity: bytes(vector.companionIdentity.public),
}
const hex = (of: Uint8Array | undefined): string | undefined => of && Buffer.from(of).toString('hex')

test('the companion’s ephemeral key comes out of its wrapping under the code', async () => {
  const key = await unwrapCompanionKey(vector.code, bytes(vector.wrappedCompanion))
  expect(hex(key)).toBe(vector.companionEphemeral.public)
})

test('under another code another key comes out, without an error', async () => {
  const key = await unwrapCompanionKey('1234ABCE', bytes(vector.wrappedCompanion))
  expect(key).toHaveLength(32)
  expect(hex(key)).not.toBe(vector.companionEphemeral.public)
})

test('the phone’s ephemeral key is wrapped as salt, iv and ciphertext', async () => {
  const wrapped = bytes(vector.wrappedPrimary)
  const made = await wrapPrimaryKey(vector.code, keys.primaryEphemeral.public, {
    salt: wrapped.subarray(0, 32),
    iv: wrapped.subarray(32, 48),
  })
  expect(hex(made)).toBe(vector.wrappedPrimary)
})

test('the bundle opens to the adv secret that the companion has', () => {
  expect(hex(openBundle(bytes(vector.bundle), keys))).toBe(vector.advSecret)
})

test.each(['salt', 'nonce', 'ciphertext', 'tag'])('a bundle whose %s was changed does not open', (part) => {
  const at = { salt: 0, nonce: 32, ciphertext: 44, tag: 140 }[part] ?? 0
  const changed = Buffer.from(bytes(vector.bundle))
  changed.set(flipped(changed.subarray(at, at + 1)), at)
  expect(openBundle(changed, keys)).toBeUndefined()
})

test('a bundle that names another identity than the stanza does is refused', () => {
  const companionIdentity = bytes(vector.primaryEphemeral.public)
  expect(openBundle(bytes(vector.bundle), { ...keys, companionIdentity })).toBeUndefined()
})

test('a bundle made for another phone is refused', () => {
  const primaryIdentity = keys.primaryEphemeral
  expect(openBundle(bytes(vector.bundle), { ...keys, primaryIdentity })).toBeUndefined()
})

test('a key that leads to an all-zero secret is refused', () => {
  expect(openBundle(bytes(vector.bundle), { ...keys, companionEphemeral: new Uint8Array(32) })).toBeUndefined()
  expect(openBundle(bytes(vector.bundle), { ...keys, companionIdentity: new Uint8Array(32) })).toBeUndefined()
})

test('dashes, spaces and case of a typed code do not count', () => {
  expect(plainCode(' 1234-abcd ')).toBe('1234ABCD')
  expect(plainCode('12 34 AB cd')).toBe('1234ABCD')
})
