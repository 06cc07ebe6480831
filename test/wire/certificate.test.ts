import { WA_CERT_DETAILS } from 'baileys/lib/Defaults/index.js'
import { Curve } from 'baileys/lib/Utils/crypto.js'
import { proto } from 'baileys/WAProto/index.js'
import { describe, expect, it } from 'vitest'
import type { CertificateDefect } from '../../src/errors.ts'
import { LinkError } from '../../src/errors.ts'
import { generateKeyPair, sign, verify } from '../../src/wire/bridge.ts'
import { assertTrusted, findCertificateDefect } from '../../src/wire/certificate.ts'
import { WHATSAPP } from '../../src/wire/endpoint.ts'
import {
  type Chain,
  type ChainOptions,
  type CompleteChain,
  type DetailsFields,
  encodeChain,
  encodeDetails,
  flipped,
  makeChain,
  NOT_AFTER_S,
  NOT_BEFORE_S,
  NOW,
} from './chain.ts'

// docs/protocol.md section 1: six checks in this order. Each vector below has exactly one defect; all else is right.

const root = generateKeyPair()
const authority = generateKeyPair()
const stranger = generateKeyPair()
const staticKey = generateKeyPair().public

type Changes = Partial<Omit<ChainOptions, 'root' | 'staticKey'>>

const chainWith = (changes: Changes = {}): CompleteChain => makeChain({ root, staticKey, authority, ...changes })

const defectOf = (chain: Chain, now = NOW): CertificateDefect | undefined =>
  findCertificateDefect({ chain: encodeChain(chain), staticKey, rootKey: root.public, now })

const defectWith = (changes: Changes, now = NOW): CertificateDefect | undefined => defectOf(chainWith(changes), now)

const good = chainWith()
const { leaf, intermediate } = good
const ZEROS = new Uint8Array(64)

describe('a chain that is right', () => {
  it('is accepted', () => {
    expect(defectOf(good)).toBeUndefined()
    const check = { chain: encodeChain(good), staticKey, rootKey: root.public, now: NOW }
    expect(() => assertTrusted(check)).not.toThrow()
  })

  it('is accepted whichever keys it is made of', () => {
    for (let round = 0; round < 20; round += 1) {
      const [otherRoot, key] = [generateKeyPair(), generateKeyPair().public]
      const chain = encodeChain(makeChain({ root: otherRoot, staticKey: key }))
      expect(findCertificateDefect({ chain, staticKey: key, rootKey: otherRoot.public, now: NOW })).toBeUndefined()
    }
  })

  it('may leave the issuer of the intermediate out: that counts as 0', () => {
    expect(defectWith({ intermediate: { issuerSerial: undefined } })).toBeUndefined()
  })

  it('may leave a serial of 0 out on both sides', () => {
    const changes = { intermediate: { serial: undefined }, leaf: { issuerSerial: undefined } }
    expect(defectWith(changes)).toBeUndefined()
  })

  it('is verified over the raw bytes of the details, however they were written', () => {
    // Fields in another order, and one that nobody knows: a checker that encodes them anew sees other bytes.
    const rewritten = (details: Uint8Array): Uint8Array => {
      const unknownField = Buffer.from('fa0103616263', 'hex')
      return Buffer.concat([unknownField, details])
    }
    const leafDetails = rewritten(leaf.details)
    const intermediateDetails = rewritten(intermediate.details)
    const chain = {
      leaf: { details: leafDetails, signature: sign(authority.private, leafDetails) },
      intermediate: { details: intermediateDetails, signature: sign(root.private, intermediateDetails) },
    }
    expect(defectOf(chain)).toBeUndefined()
  })
})

describe('check 1: all four parts are there, both signatures have 64 bytes', () => {
  const longer = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, Buffer.of(0)])

  it.each<[string, Chain]>([
    ['no leaf', { intermediate }],
    ['no intermediate', { leaf }],
    ['neither', {}],
    ['a leaf without details', { intermediate, leaf: { signature: leaf.signature } }],
    ['a leaf without signature', { intermediate, leaf: { details: leaf.details } }],
    ['an intermediate without details', { leaf, intermediate: { signature: intermediate.signature } }],
    ['an intermediate without signature', { leaf, intermediate: { details: intermediate.details } }],
    ['a leaf signature of 63 bytes', { intermediate, leaf: { ...leaf, signature: leaf.signature.subarray(0, 63) } }],
    ['a leaf signature of 65 bytes', { intermediate, leaf: { ...leaf, signature: longer(leaf.signature) } }],
    ['an empty leaf signature', { intermediate, leaf: { ...leaf, signature: new Uint8Array(0) } }],
    [
      'an intermediate signature of 63 bytes',
      { leaf, intermediate: { ...intermediate, signature: intermediate.signature.subarray(0, 63) } },
    ],
    [
      'an intermediate signature of 65 bytes',
      { leaf, intermediate: { ...intermediate, signature: longer(intermediate.signature) } },
    ],
  ])('refuses %s as incomplete', (_what, chain) => {
    expect(defectOf(chain)).toBe('incomplete')
  })

  it.each([
    ['random bytes', Buffer.from('this is not a chain')],
    ['a chain that is cut', encodeChain(good).subarray(0, -1)],
    ['a group', Buffer.of(0x0b)],
  ])('refuses %s as incomplete', (_what, chain) => {
    expect(findCertificateDefect({ chain, staticKey, rootKey: root.public, now: NOW })).toBe('incomplete')
  })

  it('refuses details that cannot be read, however well they are signed', () => {
    const junk = Buffer.from('0b0b0b', 'hex')
    const badLeaf = { details: junk, signature: sign(authority.private, junk) }
    const badIntermediate = { details: junk, signature: sign(root.private, junk) }
    expect(defectOf({ leaf: badLeaf, intermediate })).toBe('incomplete')
    expect(defectOf({ leaf, intermediate: badIntermediate })).toBe('incomplete')
  })
})

describe('check 2: the intermediate verifies under the root key', () => {
  const signedBy = (signature: Uint8Array): Chain => ({ leaf, intermediate: { ...intermediate, signature } })

  it.each<[string, Chain]>([
    ['of a stranger', chainWith({ intermediateSigner: stranger })],
    ['of the authority itself', chainWith({ intermediateSigner: authority })],
    ['of 64 zero bytes', signedBy(ZEROS)],
    ['with one bit changed', signedBy(flipped(intermediate.signature, 9))],
    ['with its last bit changed', signedBy(flipped(intermediate.signature, 511))],
    ['over other bytes', signedBy(sign(root.private, leaf.details))],
    ['that belongs to the leaf', signedBy(leaf.signature)],
  ])('refuses a signature %s', (_what, chain) => {
    expect(defectOf(chain)).toBe('intermediate-signature')
  })

  it('refuses a chain under another root, WhatsApp’s own included', () => {
    for (const rootKey of [stranger.public, WHATSAPP.rootKey, new Uint8Array(32)])
      expect(findCertificateDefect({ chain: encodeChain(good), staticKey, rootKey, now: NOW })).toBe(
        'intermediate-signature',
      )
  })
})

describe('check 3: the intermediate was issued by the root and holds a key of 32 bytes', () => {
  it.each<[string, DetailsFields]>([
    ['an issuer serial of 1', { issuerSerial: 1 }],
    ['the largest issuer serial', { issuerSerial: 2 ** 32 - 1 }],
    ['a key of 31 bytes', { key: authority.public.subarray(0, 31) }],
    ['a key of 33 bytes', { key: Buffer.concat([Buffer.of(5), authority.public]) }],
    ['no key', { key: undefined }],
    ['an empty key', { key: new Uint8Array(0) }],
  ])('refuses %s', (_what, changes) => {
    expect(defectWith({ intermediate: changes })).toBe('intermediate-issuer')
  })
})

describe('check 4: the leaf verifies under the intermediate and was issued by it', () => {
  const signedBy = (signature: Uint8Array): Chain => ({ intermediate, leaf: { ...leaf, signature } })

  it.each<[string, Chain]>([
    ['of a stranger', chainWith({ leafSigner: stranger })],
    ['of the root', chainWith({ leafSigner: root })],
    ['of 64 zero bytes', signedBy(ZEROS)],
    ['with one bit changed', signedBy(flipped(leaf.signature, 300))],
    ['over other bytes', signedBy(sign(authority.private, intermediate.details))],
  ])('refuses a signature %s', (_what, chain) => {
    expect(defectOf(chain)).toBe('leaf-signature')
  })

  it.each<[string, DetailsFields]>([
    ['another issuer', { issuerSerial: 4 }],
    ['the root as its issuer', { issuerSerial: 0 }],
    ['no issuer', { issuerSerial: undefined }],
    ['its own serial as its issuer', { issuerSerial: 7 }],
  ])('refuses a leaf with %s', (_what, changes) => {
    expect(defectWith({ leaf: changes })).toBe('leaf-issuer')
  })
})

describe('check 5: the leaf vouches for the key of the handshake', () => {
  it.each<[string, DetailsFields]>([
    ['another key', { key: stranger.public }],
    ['the same key but for its last bit', { key: flipped(staticKey, 255) }],
    ['the first 31 bytes of the key', { key: staticKey.subarray(0, 31) }],
    ['a byte more than the key', { key: Buffer.concat([staticKey, Buffer.of(0)]) }],
    ['no key', { key: undefined }],
  ])('refuses %s', (_what, changes) => {
    expect(defectWith({ leaf: changes })).toBe('key-mismatch')
  })
})

describe('check 6: now lies between the dates of both', () => {
  const [from, until] = [NOT_BEFORE_S * 1000, NOT_AFTER_S * 1000]

  it.each([
    ['at the first moment', from, undefined],
    ['one second before it', from - 1_000, 'dates'],
    ['one second after it', from + 1_000, undefined],
    ['at the last moment', until, undefined],
    ['one second before it', until - 1_000, undefined],
    ['one second after it', until + 1_000, 'dates'],
    ['in 1970', 0, 'dates'],
  ])('%s (%i): %s', (_when, now, expected) => {
    expect(defectOf(good, now)).toBe(expected)
  })

  const dates: readonly [string, DetailsFields][] = [
    ['that is over', { notAfter: NOW / 1000 - 1 }],
    ['that is yet to come', { notBefore: NOW / 1000 + 1 }],
    ['without an end', { notAfter: undefined }],
    ['that ends before it begins', { notBefore: NOT_AFTER_S, notAfter: NOT_BEFORE_S }],
  ]

  it.each(dates)('refuses a leaf %s', (_what, changes) => {
    expect(defectWith({ leaf: changes })).toBe('dates')
  })

  it.each(dates)('refuses an intermediate %s', (_what, changes) => {
    expect(defectWith({ intermediate: changes })).toBe('dates')
  })
})

describe('of two defects', () => {
  /** In the order of the checks; `after` is done to the finished chain. */
  const defects: readonly { reason: CertificateDefect; changes?: Changes; after?: (chain: Chain) => Chain }[] = [
    {
      reason: 'incomplete',
      after: (chain) => ({ ...chain, leaf: { ...chain.leaf, signature: chain.leaf?.signature?.subarray(0, 63) } }),
    },
    { reason: 'intermediate-signature', changes: { intermediateSigner: stranger } },
    { reason: 'intermediate-issuer', changes: { intermediate: { issuerSerial: 1 } } },
    { reason: 'leaf-signature', changes: { leafSigner: stranger } },
    { reason: 'leaf-issuer', changes: { leaf: { issuerSerial: 4 } } },
    { reason: 'key-mismatch', changes: { leaf: { key: stranger.public } } },
    { reason: 'dates', changes: { leaf: { notAfter: NOW / 1000 - 1 } } },
  ]
  const pairs = defects.flatMap((first, at) => defects.slice(at + 1).map((second) => [first, second] as const))

  it.each(pairs.map(([first, second]) => [first.reason, second.reason, first, second] as const))(
    '%s is told before %s',
    (reason, _later, first, second) => {
      const changes: Changes = {
        ...first.changes,
        ...second.changes,
        intermediate: { ...first.changes?.intermediate, ...second.changes?.intermediate },
        leaf: { ...first.changes?.leaf, ...second.changes?.leaf },
      }
      const chain = chainWith(changes)
      expect(defectOf(first.after?.(second.after?.(chain) ?? chain) ?? second.after?.(chain) ?? chain)).toBe(reason)
    },
  )

  it('all seven at once are told as the first', () => {
    const details = { issuerSerial: 1, notAfter: 1 }
    const chain = chainWith({
      intermediateSigner: stranger,
      leafSigner: stranger,
      intermediate: details,
      leaf: { issuerSerial: 4, key: stranger.public, notAfter: 1 },
    })
    expect(defectOf({ ...chain, leaf: { details: chain.leaf.details } })).toBe('incomplete')
    expect(defectOf(chain)).toBe('intermediate-signature')
  })
})

describe('the error of an untrusted server', () => {
  const refusal = (changes: Changes): LinkError => {
    const check = { chain: encodeChain(chainWith(changes)), staticKey, rootKey: root.public, now: NOW }
    try {
      assertTrusted(check)
    } catch (error) {
      if (error instanceof LinkError) return error
      throw error
    }
    throw new Error('the chain was accepted')
  }

  it('has the failed check as its reason, and is not worth a retry', () => {
    const error = refusal({ leafSigner: stranger })
    expect(error).toMatchObject({ code: 'untrusted-server', reason: 'leaf-signature', retryable: false })
    expect(error.advice).toMatch(/proxy|network/)
  })

  it('speaks of the clock alone when nothing but the dates is wrong', () => {
    const error = refusal({ leaf: { notAfter: NOW / 1000 - 1 } })
    expect(error).toMatchObject({ code: 'untrusted-server', reason: 'dates' })
    expect(error.advice).toMatch(/clock may be off/)
    expect(refusal({ leaf: { key: stranger.public, notAfter: 1 } }).advice).not.toMatch(/clock may be off/)
  })
})

describe('why Baileys is not asked (docs/protocol.md section 1)', () => {
  it("Baileys 7.0.0-rc14's Curve.verify accepts 64 zero bytes for any message under any key; verify does not", () => {
    for (const key of [root.public, authority.public, WHATSAPP.rootKey]) {
      expect(Curve.verify(key, intermediate.details, ZEROS)).toBe(true)
      expect(verify(key, intermediate.details, ZEROS)).toBe(false)
    }
  })

  it('both know the same root key of WhatsApp', () => {
    expect(Buffer.from(WHATSAPP.rootKey).equals(WA_CERT_DETAILS.PUBLIC_KEY)).toBe(true)
  })

  it('both tell a good signature', () => {
    expect(Curve.verify(root.public, intermediate.details, intermediate.signature)).toBe(true)
    expect(verify(root.public, intermediate.details, intermediate.signature)).toBe(true)
  })
})

describe('the chains of these tests', () => {
  it('are chains to Baileys too', () => {
    const read = proto.CertChain.decode(encodeChain(good))
    const details = proto.CertChain.NoiseCertificate.Details.decode(read.leaf?.details ?? new Uint8Array(0))
    expect(details).toMatchObject({ serial: 7, issuerSerial: 3 })
    expect(encodeDetails({})).toHaveLength(0)
  })
})
