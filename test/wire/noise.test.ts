import { hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aesGcmOpen, aesGcmSeal, agree, type Cipher, type Handshake, startHandshake } from '../../src/wire/noise.ts'
import vectors from '../vectors/noise-xx.json' with { type: 'json' }
import { flipped } from './chain.ts'
import { bytesOf, hexOf } from './hex.ts'
import { cipherState, rawKeys } from './noise-responder.ts'
import { publicKeyOf, SMALL_ORDER, sharedSecret } from './x25519.ts'

const PROLOGUE = Buffer.from('57410603', 'hex')

type Vector = (typeof vectors.vectors)[number]

const message = (vector: Vector, at: number): { payload: Uint8Array; ciphertext: Uint8Array } => {
  const found = vector.messages[at]
  if (found === undefined) throw new Error(`the vector has no message ${at}`)
  return { payload: bytesOf(found.payload), ciphertext: bytesOf(found.ciphertext) }
}

const pairOf = (hex: string): { private: Uint8Array; public: Uint8Array } => ({
  private: bytesOf(hex),
  public: publicKeyOf(bytesOf(hex)),
})

interface Written {
  readonly messages: readonly string[]
  readonly ciphers: readonly [Cipher, Cipher]
}

/** The initiator: writes messages 0 and 2, reads message 1 of the vector. */
function initiate(vector: Vector): Written & { readonly read: readonly string[] } {
  const ephemeral = pairOf(vector.init_ephemeral)
  const staticKey = pairOf(vector.init_static)
  const noise = startHandshake(bytesOf(vector.init_prologue))
  noise.mixHash(ephemeral.public)
  noise.mixHash(message(vector, 0).payload)

  const second = message(vector, 1).ciphertext
  const remoteEphemeral = second.subarray(0, 32)
  noise.mixHash(remoteEphemeral)
  noise.mixKey(agree(ephemeral.private, remoteEphemeral))
  const remoteStatic = noise.open(second.subarray(32, 80))
  noise.mixKey(agree(ephemeral.private, remoteStatic))
  const payload = noise.open(second.subarray(80))

  const sealedStatic = noise.seal(staticKey.public)
  noise.mixKey(agree(staticKey.private, remoteEphemeral))
  return {
    messages: [
      hexOf(Buffer.concat([ephemeral.public, message(vector, 0).payload])),
      hexOf(Buffer.concat([sealedStatic, noise.seal(message(vector, 2).payload)])),
    ],
    read: [hexOf(remoteStatic), hexOf(payload)],
    ciphers: noise.split(),
  }
}

/** The responder: reads messages 0 and 2, writes message 1. */
function respond(vector: Vector): Written & { readonly read: readonly string[] } {
  const ephemeral = pairOf(vector.resp_ephemeral)
  const staticKey = pairOf(vector.resp_static)
  const noise = startHandshake(bytesOf(vector.resp_prologue))
  const first = message(vector, 0).ciphertext
  const remoteEphemeral = first.subarray(0, 32)
  noise.mixHash(remoteEphemeral)
  noise.mixHash(first.subarray(32))

  noise.mixHash(ephemeral.public)
  noise.mixKey(agree(ephemeral.private, remoteEphemeral))
  const sealedStatic = noise.seal(staticKey.public)
  noise.mixKey(agree(staticKey.private, remoteEphemeral))
  const written = Buffer.concat([ephemeral.public, sealedStatic, noise.seal(message(vector, 1).payload)])

  const third = message(vector, 2).ciphertext
  const remoteStatic = noise.open(third.subarray(0, 48))
  noise.mixKey(agree(ephemeral.private, remoteStatic))
  const payload = noise.open(third.subarray(48))
  return { messages: [hexOf(written)], read: [hexOf(remoteStatic), hexOf(payload)], ciphers: noise.split() }
}

describe.each(vectors.vectors)('the public vector $name', (vector) => {
  const ciphertext = (at: number): string => hexOf(message(vector, at).ciphertext)

  it('is written and read by an initiator', () => {
    const initiator = initiate(vector)
    expect(initiator.messages).toEqual([ciphertext(0), ciphertext(2)])
    expect(initiator.read).toEqual([hexOf(publicKeyOf(bytesOf(vector.resp_static))), hexOf(message(vector, 1).payload)])
  })

  it('is written and read by a responder', () => {
    const responder = respond(vector)
    expect(responder.messages).toEqual([ciphertext(1)])
    expect(responder.read).toEqual([hexOf(publicKeyOf(bytesOf(vector.init_static))), hexOf(message(vector, 2).payload)])
  })

  it('goes on with the transport ciphers, the responder first', () => {
    const initiator = initiate(vector)
    const responder = respond(vector)
    for (let at = 3; at < vector.messages.length; at += 1) {
      const byResponder = at % 2 === 1
      const [sender, receiver] = byResponder
        ? [responder.ciphers[1], initiator.ciphers[1]]
        : [initiator.ciphers[0], responder.ciphers[0]]
      expect(hexOf(sender.seal(message(vector, at).payload)), `message ${at}`).toBe(ciphertext(at))
      expect(hexOf(receiver.open(message(vector, at).ciphertext)), `message ${at}`).toBe(
        hexOf(message(vector, at).payload),
      )
    }
  })
})

/** A handshake that both sides could have come to. */
function agreed(): Handshake {
  const noise = startHandshake(PROLOGUE)
  noise.mixKey(Buffer.alloc(32, 9))
  return noise
}

/** A fresh pair of one direction; what one seals the other opens. */
function direction(): { readonly sender: Cipher; readonly receiver: Cipher } {
  return { sender: agreed().split()[0], receiver: agreed().split()[0] }
}

describe('the transport ciphers', () => {
  it('carry any payload, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (payloads) => {
        const { sender, receiver } = direction()
        for (const payload of payloads) expect(hexOf(receiver.open(sender.seal(payload)))).toBe(hexOf(payload))
      }),
    )
  })

  it('count each direction for itself', () => {
    const client = agreed().split()
    const server = agreed().split()
    const payload = Buffer.from('stanza')
    for (let round = 0; round < 300; round += 1) {
      expect(server[0].open(client[0].seal(payload))).toEqual(payload)
      if (round % 3 === 0) expect(client[1].open(server[1].seal(payload))).toEqual(payload)
    }
    expect(server[0].open(client[0].seal(payload))).toEqual(payload)
  })

  it.each([0, 1, 255, 256, 257, 65_536])('use the nonce of message %i, as any Noise library does', (counter) => {
    // The first key of the split: HKDF of nothing under the chaining key, which is the first half of the one before.
    const name = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0', 'latin1')
    const chainingKey = Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 9), name, '', 64)).subarray(0, 32)
    const key = Buffer.from(hkdfSync('sha256', Buffer.alloc(0), chainingKey, '', 64)).subarray(0, 32)
    const [sender] = agreed().split()
    for (let sent = 0; sent < counter; sent += 1) sender.seal(new Uint8Array(0))
    const payload = Buffer.from('the payload')
    expect(hexOf(sender.seal(payload))).toBe(hexOf(cipherState(key, BigInt(counter)).encrypt(payload)))
  })

  it('never seal the same bytes twice alike', () => {
    const [sender] = agreed().split()
    const sealed = Array.from({ length: 600 }, () => hexOf(sender.seal(Buffer.from('same'))))
    expect(new Set(sealed).size).toBe(600)
  })

  it('refuse a message of which any bit changed', () => {
    const { sender } = direction()
    const sealed = sender.seal(Buffer.from('twenty-two bytes of it'))
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const { receiver } = direction()
      expect(() => receiver.open(flipped(sealed, bit)), `bit ${bit}`).toThrow(Error)
    }
    expect(direction().receiver.open(sealed)).toEqual(Buffer.from('twenty-two bytes of it'))
  })

  it('refuse a message that is cut anywhere or has a byte too many', () => {
    const sealed = direction().sender.seal(Buffer.from('payload'))
    for (let length = 0; length < sealed.length; length += 1)
      expect(() => direction().receiver.open(sealed.subarray(0, length)), `${length} bytes`).toThrow(Error)
    expect(() => direction().receiver.open(Buffer.concat([sealed, Buffer.of(0)]))).toThrow(Error)
  })

  it('refuse a message that comes twice, out of order, or from the other direction', () => {
    const { sender, receiver } = direction()
    const [first, second] = [sender.seal(Buffer.from('1')), sender.seal(Buffer.from('2'))]
    expect(() => direction().receiver.open(second)).toThrow(Error)
    receiver.open(first)
    expect(() => receiver.open(first)).toThrow(Error)
    expect(() => agreed().split()[1].open(first)).toThrow(Error)
  })
})

describe('the handshake state', () => {
  it('refuses what was sealed under another prologue or another transcript', () => {
    const sealed = agreed().seal(Buffer.from('payload'))
    expect(agreed().open(sealed)).toEqual(Buffer.from('payload'))
    const otherPrologue = startHandshake(Buffer.from('57410602', 'hex'))
    otherPrologue.mixKey(Buffer.alloc(32, 9))
    expect(() => otherPrologue.open(sealed)).toThrow(Error)
    const otherTranscript = agreed()
    otherTranscript.mixHash(Buffer.of(1))
    expect(() => otherTranscript.open(sealed)).toThrow(Error)
  })

  it('refuses sealed bytes of which any byte changed', () => {
    const sealed = agreed().seal(Buffer.alloc(32, 5))
    for (let at = 0; at < sealed.length; at += 1)
      expect(() => agreed().open(flipped(sealed, at * 8 + (at % 8))), `byte ${at}`).toThrow(Error)
  })

  it('counts on from message to message, and anew with each key', () => {
    const [one, other] = [agreed(), agreed()]
    for (let round = 0; round < 3; round += 1) expect(other.open(one.seal(Buffer.of(round)))).toEqual(Buffer.of(round))
    for (const state of [one, other]) state.mixKey(Buffer.alloc(32, 1))
    expect(other.open(one.seal(Buffer.from('next')))).toEqual(Buffer.from('next'))
  })
})

describe('aesGcmSeal and aesGcmOpen', () => {
  // NIST's "The Galois/Counter Mode of Operation (GCM)", test case 16: 256-bit key, with additional data.
  const key = bytesOf('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308')
  const iv = bytesOf('cafebabefacedbaddecaf888')
  const aad = bytesOf('feedfacedeadbeeffeedfacedeadbeefabaddad2')
  const plaintext = bytesOf(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  )
  const sealed =
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b'

  it('give test case 16 of the GCM specification, the tag at the end', () => {
    expect(hexOf(aesGcmSeal(key, iv, plaintext, aad))).toBe(sealed)
    expect(hexOf(aesGcmOpen(key, iv, bytesOf(sealed), aad))).toBe(hexOf(plaintext))
  })

  it.each([
    ['key', flipped(key), iv, aad],
    ['iv', key, flipped(iv), aad],
    ['additional data', key, iv, flipped(aad)],
  ])('refuse another %s', (_what, otherKey, otherIv, otherAad) => {
    expect(() => aesGcmOpen(otherKey, otherIv, bytesOf(sealed), otherAad)).toThrow(Error)
  })

  it('refuse fewer bytes than a tag has', () => {
    for (const length of [0, 1, 4, 12, 15])
      expect(() => aesGcmOpen(key, iv, bytesOf(sealed).subarray(0, length), aad), `${length} bytes`).toThrow(Error)
  })
})

describe('agree', () => {
  it('gives the shared secret of RFC 7748, section 6.1', () => {
    const alice = bytesOf('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a')
    const bob = bytesOf('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')
    const alicePublic = bytesOf('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')
    const bobPublic = bytesOf('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f')
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'
    expect(hexOf(agree(alice, bobPublic))).toBe(shared)
    expect(hexOf(agree(bob, alicePublic))).toBe(shared)
  })

  it('gives both sides the same secret', () => {
    for (let round = 0; round < 20; round += 1) {
      const [one, other] = [rawKeys(), rawKeys()]
      expect(hexOf(agree(one.private, other.public))).toBe(hexOf(agree(other.private, one.public)))
      expect(hexOf(agree(one.private, other.public))).toBe(hexOf(sharedSecret(other.private, one.public)))
    }
  })

  it.each(SMALL_ORDER)('refuses the public key %s, whose secret is all zero', (publicKey) => {
    expect(() => agree(randomBytes(32), bytesOf(publicKey))).toThrow(Error)
  })

  it.each([0, 16, 31, 33, 64])('refuses a public key of %i bytes', (length) => {
    expect(() => agree(randomBytes(32), Buffer.alloc(length, 9))).toThrow(Error)
  })

  it.each([0, 16, 31, 33, 64])('refuses a private key of %i bytes', (length) => {
    expect(() => agree(Buffer.alloc(length, 9), rawKeys().public)).toThrow(Error)
  })
})
