import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateKeyPair, generateRegistrationId, sign, verify, withKeyType } from '../../src/wire/bridge.ts'
import { flipped } from './chain.ts'
import { bytesOf, hexOf } from './hex.ts'
import { publicKeyOf, SMALL_ORDER } from './x25519.ts'

/** libsignal's XEdDSA, the other implementation of the two; it comes with Baileys. */
interface Libsignal {
  calculateSignature(privateKey: Buffer, message: Uint8Array): Buffer
  verifySignature(publicKey: Buffer, message: Uint8Array, signature: Uint8Array): boolean
}
const libsignal: Libsignal = createRequire(createRequire(import.meta.url).resolve('baileys'))('libsignal/src/curve.js')

const MESSAGE = Buffer.from('the bytes that are signed')
const pair = generateKeyPair()
const signature = sign(pair.private, MESSAGE)

describe('generateKeyPair', () => {
  it('gives 32 raw bytes each, the public key being the one that node:crypto makes of the private', () => {
    for (let round = 0; round < 50; round += 1) {
      const { public: publicKey, private: privateKey } = generateKeyPair()
      expect(privateKey).toHaveLength(32)
      expect(hexOf(publicKey)).toBe(hexOf(publicKeyOf(privateKey)))
    }
  })

  it('never gives the same key twice', () => {
    expect(new Set(Array.from({ length: 200 }, () => hexOf(generateKeyPair().private))).size).toBe(200)
  })

  it('gives copies that later keys do not touch', () => {
    const first = generateKeyPair()
    const before = [hexOf(first.public), hexOf(first.private)]
    for (let round = 0; round < 100; round += 1) generateKeyPair()
    expect([hexOf(first.public), hexOf(first.private)]).toEqual(before)
  })

  it('gives pairs that do not print their private key', () => {
    const held = { of: { a: { companion: pair } } }
    const start = [...pair.private.subarray(0, 6)].join()
    for (const text of [inspect(pair), inspect(held, { depth: 10 })]) {
      expect((text.match(/\d+/g) ?? []).join()).not.toContain(start)
      expect(text).not.toContain(hexOf(pair.private).slice(0, 12))
    }
    const written = JSON.stringify(Uint8Array.from(pair.private)).slice(1, -1)
    for (const text of [JSON.stringify(pair), JSON.stringify(held)]) expect(text).not.toContain(written)
  })
})

describe('generateRegistrationId', () => {
  it('is a whole number from 1 to 16380', () => {
    const ids = Array.from({ length: 40_000 }, () => generateRegistrationId())
    expect(ids.every(Number.isInteger)).toBe(true)
    expect(ids.reduce((least, id) => Math.min(least, id))).toBeGreaterThanOrEqual(1)
    expect(ids.reduce((most, id) => Math.max(most, id))).toBeLessThanOrEqual(16_380)
  })
})

describe('withKeyType', () => {
  it('puts the byte 05 in front of a public key', () => {
    expect(hexOf(withKeyType(pair.public))).toBe(`05${hexOf(pair.public)}`)
  })
})

describe('sign and verify', () => {
  it('agree with each other on any message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        const own = sign(pair.private, message)
        expect(own).toHaveLength(64)
        expect(verify(pair.public, message, own)).toBe(true)
        expect(verify(pair.public, Buffer.concat([message, Buffer.of(0)]), own)).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  it('never give the same signature twice', () => {
    expect(hexOf(sign(pair.private, MESSAGE))).not.toBe(hexOf(sign(pair.private, MESSAGE)))
  })

  it('make signatures that libsignal accepts', () => {
    for (let round = 0; round < 5; round += 1) {
      const keys = generateKeyPair()
      const typed = Buffer.from(withKeyType(keys.public))
      const own = sign(keys.private, MESSAGE)
      expect(libsignal.verifySignature(typed, MESSAGE, own)).toBe(true)
      expect(libsignal.verifySignature(typed, MESSAGE, flipped(own, 77))).toBe(false)
    }
  })

  it('accept signatures that libsignal makes', () => {
    for (let round = 0; round < 5; round += 1) {
      const keys = generateKeyPair()
      const theirs = libsignal.calculateSignature(Buffer.from(keys.private), MESSAGE)
      expect(verify(keys.public, MESSAGE, theirs)).toBe(true)
      expect(verify(keys.public, MESSAGE, flipped(theirs, 300))).toBe(false)
    }
  })

  it('refuse a signature of which a bit changed, in any of its bytes', () => {
    // Every bit of the first and the last byte of both halves, one of each other byte.
    for (let bit = 0; bit < 512; bit += [0, 31, 32, 63].includes(bit >> 3) ? 1 : 8)
      expect(verify(pair.public, MESSAGE, flipped(signature, bit)), `bit ${bit}`).toBe(false)
  })

  it('refuse a message of which a bit changed, in any of its bytes', () => {
    for (let bit = 0; bit < MESSAGE.length * 8; bit += 9)
      expect(verify(pair.public, flipped(MESSAGE, bit), signature), `bit ${bit}`).toBe(false)
  })

  it('refuse a key of which a bit changed, in any of its bytes', () => {
    // Not the highest: X25519 keys have 255 bits, and every implementation ignores it (RFC 7748 section 5).
    for (const bit of [...Array.from({ length: 32 }, (_, byte) => byte * 8 + (byte % 7)), 1, 253, 254])
      expect(verify(flipped(pair.public, bit), MESSAGE, signature), `bit ${bit}`).toBe(false)
  })

  it('refuse 64 zero bytes under any key', () => {
    for (let round = 0; round < 20; round += 1)
      expect(verify(generateKeyPair().public, Buffer.of(round), new Uint8Array(64))).toBe(false)
  })

  // Under these, 64 zero bytes would be a signature of one message in a few (X25519 keys of small order, RFC 7748 section 6.1).
  it.each(SMALL_ORDER)('refuse everything under the key %s', (key) => {
    for (let round = 0; round < 10; round += 1) {
      expect(verify(bytesOf(key), Buffer.of(round), new Uint8Array(64))).toBe(false)
      expect(verify(bytesOf(key), Buffer.of(round), Uint8Array.of(1, ...new Uint8Array(63)))).toBe(false)
    }
  })

  it('refuse another key, and the private key in place of the public', () => {
    expect(verify(generateKeyPair().public, MESSAGE, signature)).toBe(false)
    expect(verify(pair.private, MESSAGE, signature)).toBe(false)
  })

  it.each([0, 1, 63, 65, 128])('call a signature of %i bytes false, and do not throw', (length) => {
    expect(verify(pair.public, MESSAGE, Buffer.alloc(length, 1))).toBe(false)
    expect(verify(pair.public, MESSAGE, Buffer.concat([signature, signature]).subarray(0, length))).toBe(false)
  })

  it.each([0, 31, 33, 64])('call a signature under a key of %i bytes false, and do not throw', (length) => {
    const key = Buffer.concat([withKeyType(pair.public), pair.public])
    expect(verify(key.subarray(0, length), MESSAGE, signature)).toBe(false)
  })

  it.each([0, 31, 33])('throw an Error, not text, for a private key of %i bytes', (length) => {
    expect(() => sign(Buffer.alloc(length, 1), MESSAGE)).toThrow(Error)
  })
})
