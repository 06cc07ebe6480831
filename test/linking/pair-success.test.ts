import { proto } from 'baileys/WAProto/index.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildPairRefusal, readPairSuccess } from '../../src/linking/pair-success.ts'
import { node } from '../../src/wire/nodes.ts'
import vectors from '../vectors/pair-successes.json' with { type: 'json' }
import {
  ACCOUNT_KEY,
  deviceIdentity,
  JID,
  LID,
  pairSuccess,
  type Stanza,
  sealedIdentity,
  type Word,
} from './account.ts'
import { bytesFrom, flippedAt, hex, keyPairFrom, toHex } from './keys.ts'

const identity = keyPairFrom('companion identity')
const advSecret = bytesFrom('adv secret')
const ours = { advSecret, identityPublicKey: identity.public }
const word: Word = { advSecret, companionIdentity: identity.public }

const read = (changes: Partial<Word> = {}, stanza: Stanza = {}) =>
  readPairSuccess(pairSuccess({ ...word, ...changes }, stanza), ours)

describe.each(vectors.vectors)('pair-success of the vector "$name"', (vector) => {
  const theirs = { advSecret: hex(vector.advSecret), identityPublicKey: hex(vector.identityPublicKey) }
  const stanza = pairSuccess(word, { content: hex(vector.deviceIdentity) })

  it('is proven, and says what our device signature is made over', () => {
    const success = readPairSuccess(stanza, theirs)
    if (success?.kind !== 'proven') throw new Error(`it is ${success?.kind}`)
    expect(success.account.keyIndex).toBe(vector.keyIndex)
    expect(toHex(success.account.identity.accountSignatureKey)).toBe(vector.accountKey)
    expect(toHex(success.account.signedByUs)).toBe(vector.signedByUs)
  })

  it('is forged under another adv secret, and for another identity', () => {
    expect(readPairSuccess(stanza, { ...theirs, advSecret: bytesFrom('other') })?.kind).toBe('forged')
    expect(readPairSuccess(stanza, { ...theirs, identityPublicKey: bytesFrom('other') })?.kind).toBe('forged')
  })
})

describe('a valid pair-success', () => {
  it('gives the account as it was told', () => {
    const success = read({ keyIndex: 17 })
    if (success?.kind !== 'proven') throw new Error(`it is ${success?.kind}`)
    expect(success.id).toBe('pair-1')
    const { jid, lid, platform, businessName, keyIndex } = success.account
    expect({ jid, lid, platform, businessName, keyIndex }).toEqual({
      jid: JID,
      lid: LID,
      platform: 'android',
      businessName: undefined,
      keyIndex: 17,
    })
    expect(toHex(success.account.identity.accountSignatureKey)).toBe(toHex(ACCOUNT_KEY.public))
  })

  it('may name a business', () => {
    const success = read({}, { extra: [node('biz', { name: 'Acme' })] })
    expect(success?.kind === 'proven' && success.account.businessName).toBe('Acme')
  })

  it('keeps a JID as given, hosted ones too', () => {
    for (const jid of ['12025550123:12@s.whatsapp.net', '12025550123:99@hosted', '12025550123@s.whatsapp.net']) {
      const success = read({}, { device: { jid, lid: '204050607080901:99@hosted.lid' } })
      expect(success?.kind === 'proven' && success.account).toMatchObject({ jid, lid: '204050607080901:99@hosted.lid' })
    }
  })

  it('may have children of any kind in any order', () => {
    const extra = [
      node('client-props', {}, Buffer.from([1])),
      node('encryption-metadata'),
      node('jurisdiction', { name: 'x' }),
    ]
    const children = ['device-identity', 'device', 'platform', 'client-props', 'encryption-metadata', 'jurisdiction']
    fc.assert(
      fc.property(fc.shuffledSubarray(children, { minLength: children.length }), (tags) => {
        const order: Stanza['order'] = (given) => tags.flatMap((tag) => given.filter((child) => child.tag === tag))
        return read({}, { extra, order })?.kind === 'proven'
      }),
      { numRuns: 40 },
    )
  })

  it('needs no platform', () => {
    const success = read({}, { without: 'platform' })
    expect(success?.kind === 'proven' && success.account.platform).toBe(undefined)
  })

  it('may have a key index of zero', () => {
    const success = read({ keyIndex: 0 })
    expect(success?.kind === 'proven' && success.account.keyIndex).toBe(0)
  })
})

describe('hosted prefixes', () => {
  const combinations = [false, true].flatMap((hostedAccount) =>
    [false, true].map((hostedDevice) => ({ hostedAccount, hostedDevice })),
  )

  it.each(combinations)(
    'are told by their own type: account hosted $hostedAccount, device hosted $hostedDevice',
    (hosted) => {
      expect(read(hosted)?.kind).toBe('proven')
    },
  )

  it.each(combinations)(
    'are refused when they are the other’s: account hosted $hostedAccount, device hosted $hostedDevice',
    (hosted) => {
      const swappedHmac = hosted.hostedAccount ? Buffer.alloc(0) : Buffer.from([6, 5])
      const swappedSignature = hosted.hostedDevice ? Buffer.from([6, 0]) : Buffer.from([6, 5])
      expect(read({ ...hosted, hmacPrefix: swappedHmac })?.kind).toBe('forged')
      expect(read({ ...hosted, accountPrefix: swappedSignature })?.kind).toBe('forged')
    },
  )

  it('do not enter what we sign: 06 01 for hosted accounts too', () => {
    const success = read({ hostedAccount: true, hostedDevice: true })
    expect(success?.kind === 'proven' && toHex(success.account.signedByUs.subarray(0, 2))).toBe('0601')
  })
})

describe('a forged pair-success', () => {
  it('has an HMAC with one bit of any byte changed', () => {
    for (let at = 0; at < 32; at += 1)
      expect(read({ hmac: (bytes) => flippedAt(bytes, at, at % 8) })).toEqual({ kind: 'forged', id: 'pair-1' })
  })

  it.each([0, 16, 31, 33, 64])('has an HMAC of %i bytes', (length) => {
    const cutOrPadded = (bytes: Uint8Array) => Uint8Array.from({ length }, (_, at) => bytes[at] ?? 0)
    expect(read({ hmac: cutOrPadded })?.kind).toBe('forged')
  })

  it('has an account signature with one bit of any byte changed', () => {
    for (let at = 0; at < 64; at += 1)
      expect(read({ signature: (bytes) => flippedAt(bytes, at, at % 7) })?.kind).toBe('forged')
  })

  it('has an account signature of zeros, which Baileys rc14 accepts', () => {
    expect(read({ signature: () => new Uint8Array(64) })?.kind).toBe('forged')
  })

  it('has random bytes for an account signature', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        (bytes) => read({ signature: () => bytes })?.kind === 'forged',
      ),
      { numRuns: 50 },
    )
  })

  it('has another account key than the one that signed', () => {
    expect(read({ accountKey: keyPairFrom('somebody else').public })?.kind).toBe('forged')
  })

  it('has details that were changed after they were signed', () => {
    expect(read({ innerDetails: (bytes) => flippedAt(bytes, 2) })?.kind).toBe('forged')
  })

  it('was made for another companion', () => {
    expect(read({ companionIdentity: keyPairFrom('another companion').public })?.kind).toBe('forged')
  })
})

describe('a malformed pair-success', () => {
  const malformed = (success: ReturnType<typeof read>) =>
    expect(success).toMatchObject({ kind: 'malformed', id: 'pair-1' })

  it.each(['device-identity', 'device'] as const)('has no %s', (without) => malformed(read({}, { without })))

  it('has a device without a jid', () => malformed(read({}, { device: { lid: LID } })))

  it.each(['', 'nobody', '@s.whatsapp.net', ':3@s.whatsapp.net'])('has the jid %j', (jid) =>
    malformed(read({}, { device: { jid } })),
  )

  it('has a device-identity of 0 bytes', () => malformed(read({}, { content: new Uint8Array(0) })))

  it('has a device-identity of 501 bytes, and 500 are taken', () => {
    const whole = deviceIdentity(word)
    // An unknown field (number 15) of the length that is missing: a message may carry more than we read.
    const padded = (length: number) => {
      const head = proto.ADVSignedDeviceIdentityHMAC.encode(proto.ADVSignedDeviceIdentityHMAC.decode(whole)).finish()
      const rest = length - head.length - 3
      return Buffer.concat([head, Uint8Array.of(0x7a, (rest & 127) | 128, rest >> 7), Buffer.alloc(rest)])
    }
    expect([padded(500).length, padded(501).length]).toEqual([500, 501])
    expect(read({}, { content: padded(500) })?.kind).toBe('proven')
    malformed(read({}, { content: padded(501) }))
  })

  it.each(['outer details', 'outer hmac', 'details', 'accountSignatureKey', 'accountSignature'] as const)(
    'lacks its %s',
    (omit) => malformed(read({ omit })),
  )

  it('lacks the key index', () => malformed(read({ keyIndex: undefined })))

  it('has an account key of 31 or 33 bytes', () => {
    malformed(read({ accountKey: new Uint8Array(31) }))
    malformed(read({ accountKey: Buffer.concat([Uint8Array.of(5), ACCOUNT_KEY.public]) }))
  })

  it('has an account signature of 63 bytes', () => malformed(read({ signature: (bytes) => bytes.subarray(1) })))

  it('has bytes that are no message, sealed or not', () => {
    malformed(read({}, { content: hex('ffffffffffffffffffffff') }))
    malformed(read({}, { content: sealedIdentity(word, hex('0aff')) }))
  })

  it('has children where the bytes belong', () => {
    const stanza = pairSuccess(word)
    const child = node('pair-success', {}, [node('device-identity', {}, [node('x')]), node('device', { jid: JID })])
    malformed(readPairSuccess({ ...stanza, content: [child] }, ours))
  })

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, sealed) => {
        const content = sealed ? sealedIdentity(word, bytes) : bytes
        const kind = read({}, { content })?.kind
        return kind === 'malformed' || kind === 'forged'
      }),
      { numRuns: 300 },
    )
  })
})

describe('what is no pair-success', () => {
  it.each(['12025550123@s.whatsapp.net', 'g.us', '', undefined])('comes from %j', (from) => {
    expect(read({}, { from })).toBeUndefined()
  })

  it('has no id', () => expect(read({}, { id: undefined })).toBeUndefined())

  it('is another stanza', () => {
    expect(
      readPairSuccess(node('message', { from: 's.whatsapp.net', id: '1' }, pairSuccess(word).content), ours),
    ).toBeUndefined()
    expect(
      readPairSuccess(node('iq', { from: 's.whatsapp.net', id: '1' }, [node('pair-device')]), ours),
    ).toBeUndefined()
    expect(readPairSuccess(node('iq', { from: 's.whatsapp.net', id: '1' }), ours)).toBeUndefined()
  })
})

describe('the refusal', () => {
  it('of a forged one is 401 not-authorized', () => {
    expect(buildPairRefusal('p-9', 'forged')).toEqual(
      node('iq', { type: 'error', to: 's.whatsapp.net', id: 'p-9' }, [
        node('error', { code: '401', text: 'not-authorized' }),
      ]),
    )
  })

  it('of what cannot be read or stored is 500 internal-error', () => {
    expect(buildPairRefusal('p-9', 'failed')).toEqual(
      node('iq', { type: 'error', to: 's.whatsapp.net', id: 'p-9' }, [
        node('error', { code: '500', text: 'internal-error' }),
      ]),
    )
  })
})
