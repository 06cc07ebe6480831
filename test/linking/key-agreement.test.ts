import { createHash, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AgreementInput, agreeOnSecret } from '../../src/linking/key-agreement.ts'
import vectors from '../vectors/key-agreements.json' with { type: 'json' }
import { bytesFrom, flippedAt, hex, keyPairFrom, keyPairOf, toHex } from './keys.ts'
import { openBundle } from './primary.ts'

const pairOf = (pair: { private: string; public: string }) => ({ private: hex(pair.private), public: hex(pair.public) })

describe.each(vectors.vectors)('the agreement of vector %#', (vector) => {
  const input: AgreementInput = {
    ephemeral: pairOf(vector.companionEphemeral),
    identity: pairOf(vector.companionIdentity),
    primaryEphemeral: hex(vector.primaryEphemeral.public),
    primaryIdentity: hex(vector.primaryIdentity.public),
    random: hex(vector.random),
    bundleSalt: hex(vector.bundleSalt),
    nonce: hex(vector.nonce),
  }

  it('gives the bundle and the adv secret of the vector', () => {
    const agreement = agreeOnSecret(input)
    expect(toHex(agreement?.wrappedBundle ?? [])).toBe(vector.wrappedBundle)
    expect(toHex(agreement?.advSecret ?? [])).toBe(vector.advSecret)
    expect(agreement?.wrappedBundle.length).toBe(156)
  })

  it('is opened by the phone, which arrives at the same adv secret', () => {
    const phone = { ephemeral: pairOf(vector.primaryEphemeral), identity: pairOf(vector.primaryIdentity) }
    const opened = openBundle(phone, input.ephemeral.public, hex(vector.wrappedBundle))
    expect(toHex(opened.companionIdentity)).toBe(vector.companionIdentity.public)
    expect(toHex(opened.primaryIdentity)).toBe(vector.primaryIdentity.public)
    expect(toHex(opened.random)).toBe(vector.random)
    expect(toHex(opened.advSecret)).toBe(vector.advSecret)
  })

  it('gives the adv secret that X25519 and HKDF of node:crypto give in the order of section 4', () => {
    const head = Buffer.from('302e020100300506032b656e04220420', 'hex')
    const publicHead = Buffer.from('302a300506032b656e032100', 'hex')
    const agreed = (secret: Uint8Array, open: Uint8Array): Buffer =>
      diffieHellman({
        privateKey: createPrivateKey({ key: Buffer.concat([head, secret]), format: 'der', type: 'pkcs8' }),
        publicKey: createPublicKey({ key: Buffer.concat([publicHead, open]), format: 'der', type: 'spki' }),
      })
    // The phone's side of both: its private halves, our public ones.
    const shared = agreed(hex(vector.primaryEphemeral.private), input.ephemeral.public)
    const identityShared = agreed(hex(vector.primaryIdentity.private), input.identity.public)
    const secret = Buffer.concat([shared, identityShared, input.random])
    const advSecret = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(32), 'adv_secret', 32))
    expect(toHex(agreeOnSecret(input)?.advSecret ?? [])).toBe(toHex(advSecret))
  })
})

describe('two sides with any keys', () => {
  const label = fc.uint8Array({ minLength: 32, maxLength: 32 })

  it('hold the same secret once the phone has opened the bundle', () => {
    fc.assert(
      fc.property(label, label, label, label, label, (one, two, three, four, five) => {
        const phone = { ephemeral: keyPairOf(one), identity: keyPairOf(two) }
        const ephemeral = keyPairOf(three)
        const identity = keyPairOf(four)
        const agreement = agreeOnSecret({
          ephemeral,
          identity,
          primaryEphemeral: phone.ephemeral.public,
          primaryIdentity: phone.identity.public,
          random: five,
          bundleSalt: createHash('sha256').update(five).digest(),
          nonce: five.slice(0, 12),
        })
        const opened = openBundle(phone, ephemeral.public, agreement?.wrappedBundle ?? new Uint8Array())
        expect(toHex(opened.advSecret)).toBe(toHex(agreement?.advSecret ?? []))
        expect(toHex(opened.companionIdentity)).toBe(toHex(identity.public))
      }),
      { numRuns: 25 },
    )
  })
})

describe('an agreement', () => {
  const phone = { ephemeral: keyPairFrom('phone ephemeral'), identity: keyPairFrom('phone identity') }
  const input: AgreementInput = {
    ephemeral: keyPairFrom('our ephemeral'),
    identity: keyPairFrom('our identity'),
    primaryEphemeral: phone.ephemeral.public,
    primaryIdentity: phone.identity.public,
    random: bytesFrom('random'),
    bundleSalt: bytesFrom('salt'),
    nonce: bytesFrom('nonce', 12),
  }

  it('cannot be opened by a phone that typed another code', () => {
    const agreement = agreeOnSecret({ ...input, primaryEphemeral: flippedAt(input.primaryEphemeral, 3) })
    expect(() => openBundle(phone, input.ephemeral.public, agreement?.wrappedBundle ?? new Uint8Array())).toThrow()
  })

  // RFC 7748 section 6.1 and the list of low-order points of Curve25519 (cr.yp.to/ecdh.html#validate): all of them give zero.
  const lowOrder = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ]

  it.each(lowOrder)('is none when the phone’s ephemeral key is %s', (key) => {
    expect(agreeOnSecret({ ...input, primaryEphemeral: hex(key) })).toBeUndefined()
  })

  it.each(lowOrder)('is none when the phone’s identity key is %s', (key) => {
    expect(agreeOnSecret({ ...input, primaryIdentity: hex(key) })).toBeUndefined()
  })
})
