import { randomBytes } from 'node:crypto'
import { generateRegistrationNode } from 'baileys/lib/Utils/validate-connection.js'
import { proto } from 'baileys/WAProto/index.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Browser, resolveDevice } from '../../src/linking/device.ts'
import { createIdentity } from '../../src/linking/identity.ts'
import { BAILEYS_VERSION } from '../../src/linking/options.ts'
import { buildRegistrationPayload } from '../../src/linking/registration.ts'
import {
  decodeCertificateChain,
  decodeCertificateDetails,
  decodeDeviceIdentity,
  decodeServerHello,
  decodeSignedIdentity,
  decodeSignedIdentityHmac,
  encodeClientFinish,
  encodeClientHello,
  encodeDeviceProps,
  encodeRegistrationPayload,
  encodeSignedIdentity,
  HOSTED,
  type Version,
} from '../../src/wire/messages.ts'
import { encodeChain, encodeDetails } from './chain.ts'
import { hexed, hexOf } from './hex.ts'

// Everything here is held against the protobuf of Baileys, which knows WhatsApp's whole schema.

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
const someBytes = fc.uint8Array({ maxLength: 400 })
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('the handshake messages', () => {
  it('of the client are the bytes that Baileys writes', () => {
    fc.assert(
      fc.property(key, someBytes, someBytes, (ephemeral, sealedStatic, payload) => {
        expect(hexOf(encodeClientHello(ephemeral))).toBe(
          hexOf(proto.HandshakeMessage.encode({ clientHello: { ephemeral } }).finish()),
        )
        expect(hexOf(encodeClientFinish({ static: sealedStatic, payload }))).toBe(
          hexOf(proto.HandshakeMessage.encode({ clientFinish: { static: sealedStatic, payload } }).finish()),
        )
      }),
    )
  })

  it('of the server are read as Baileys writes them', () => {
    fc.assert(
      fc.property(key, someBytes, someBytes, (ephemeral, sealedStatic, payload) => {
        const serverHello = { ephemeral, static: sealedStatic, payload }
        const read = decodeServerHello(proto.HandshakeMessage.encode({ serverHello }).finish())
        expect(hexed(read)).toEqual(hexed(serverHello))
      }),
    )
  })

  it('of the server may hold fields that nobody knows yet', () => {
    const serverHello = { ephemeral: Buffer.alloc(32, 1), static: Buffer.alloc(48, 2), payload: Buffer.alloc(20, 3) }
    const known = proto.HandshakeMessage.encode({ serverHello }).finish()
    const read = decodeServerHello(Buffer.concat([known, Buffer.from('f80107', 'hex')]))
    expect(hexOf(read.payload)).toBe(hexOf(serverHello.payload))
  })

  it.each(['ephemeral', 'static', 'payload'])('of the server without %s are refused with a RangeError', (missing) => {
    const parts = { ephemeral: Buffer.alloc(32), static: Buffer.alloc(48), payload: Buffer.alloc(20) }
    const serverHello = Object.fromEntries(Object.entries(parts).filter(([name]) => name !== missing))
    const bytes = proto.HandshakeMessage.encode({ serverHello }).finish()
    expect(() => decodeServerHello(bytes)).toThrow(RangeError)
  })

  it.each([
    ['nothing', {}],
    ['a client hello', { clientHello: { ephemeral: Buffer.alloc(32) } }],
    ['a client finish', { clientFinish: { static: Buffer.alloc(48), payload: Buffer.alloc(20) } }],
  ])('%s is no hello of a server', (_what, message) => {
    expect(() => decodeServerHello(proto.HandshakeMessage.encode(message).finish())).toThrow(RangeError)
  })
})

describe('the certificate chain', () => {
  it('is read as Baileys writes it, whichever parts are there', () => {
    const certificate = fc.option(
      fc.record({
        details: fc.option(someBytes, { nil: undefined }),
        signature: fc.option(someBytes, { nil: undefined }),
      }),
      { nil: undefined },
    )
    fc.assert(
      fc.property(certificate, certificate, (leaf, intermediate) => {
        const read = decodeCertificateChain(encodeChain({ leaf, intermediate }))
        expect(hexed(read.leaf)).toEqual(hexed({ details: leaf?.details, signature: leaf?.signature }))
        expect(hexed(read.intermediate)).toEqual(
          hexed({ details: intermediate?.details, signature: intermediate?.signature }),
        )
      }),
    )
  })

  it('has details in which an absent number is 0 and an absent key is empty', () => {
    const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
      fc.option(value, { nil: undefined })
    const fields = fc.record({
      serial: optional(uint32),
      issuerSerial: optional(uint32),
      key: optional(fc.uint8Array({ maxLength: 40 })),
      notBefore: optional(fc.maxSafeNat()),
      notAfter: optional(fc.maxSafeNat()),
    })
    fc.assert(
      fc.property(fields, (details) => {
        expect(hexed(decodeCertificateDetails(encodeDetails(details)))).toEqual({
          serial: details.serial ?? 0,
          issuerSerial: details.issuerSerial ?? 0,
          key: hexOf(details.key ?? new Uint8Array(0)),
          notBefore: details.notBefore ?? 0,
          notAfter: details.notAfter ?? 0,
        })
      }),
    )
  })
})

interface Presented {
  readonly name: string
  readonly browser: Browser
  readonly version: Version
  readonly country: string
  readonly fullHistory: boolean
}

/** Our payload and Baileys', for one and the same companion. */
function bothPayloads({ name, browser, version, country, fullHistory }: Presented): readonly [string, string] {
  const identity = createIdentity()
  const device = resolveDevice({ name, browser }, 'linux')
  const ours = buildRegistrationPayload({ identity, device, version, country, fullHistory })
  const { keyPair, signature, id } = identity.signedPreKey
  const creds = {
    registrationId: identity.registrationId,
    signedIdentityKey: identity.identityKey,
    signedPreKey: { keyPair, signature, keyId: id },
  }
  const config = { version, browser: [name, browser, ''], countryCode: country, syncFullHistory: fullHistory }
  const theirs = proto.ClientPayload.encode(generateRegistrationNode(creds, config as never)).finish()
  return [hexOf(ours), hexOf(theirs)]
}

const ORDINARY: Presented = {
  name: 'Acme Sales',
  browser: 'Chrome',
  version: BAILEYS_VERSION,
  country: 'US',
  fullHistory: true,
}

describe('the registration payload', () => {
  it.each<Browser>(['Chrome', 'Edge', 'Firefox', 'Opera', 'Safari'])('is the bytes of Baileys for %s', (browser) => {
    const [ours, theirs] = bothPayloads({ ...ORDINARY, browser })
    expect(ours).toBe(theirs)
  })

  it.each<[string, Partial<Presented>]>([
    ['a name of 64 characters', { name: 'Ä'.repeat(64) }],
    ['a name in another script', { name: 'مبيعات أكمي 🌍' }],
    ['no history', { fullHistory: false }],
    ['another country', { country: 'BR' }],
    ['a small version', { version: [2, 0, 1] }],
    ['the largest version', { version: [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1] }],
  ])('is the bytes of Baileys with %s', (_what, changes) => {
    const [ours, theirs] = bothPayloads({ ...ORDINARY, ...changes })
    expect(ours).toBe(theirs)
  })

  it('is the bytes of Baileys for any version, country and choice of history', () => {
    const version = fc.tuple(uint32, uint32, uint32)
    fc.assert(
      fc.property(version, fc.constantFrom('US', 'BR', 'DE', 'IN'), fc.boolean(), (given, country, fullHistory) => {
        const [ours, theirs] = bothPayloads({ ...ORDINARY, version: given, country, fullHistory })
        expect(ours).toBe(theirs)
      }),
      { numRuns: 30 },
    )
  })

  it('says that the companion is neither passive nor pulling, and names no user and no phone', () => {
    const [ours] = bothPayloads(ORDINARY)
    const read = proto.ClientPayload.toObject(proto.ClientPayload.decode(Buffer.from(ours, 'hex')))
    expect(Object.keys(read).sort()).toEqual([
      'connectReason',
      'connectType',
      'devicePairingData',
      'passive',
      'pull',
      'userAgent',
      'webInfo',
    ])
    expect(read).toMatchObject({ passive: false, pull: false })
    expect(Object.keys(read['userAgent'])).not.toContain('phoneId')
  })

  it('carries the keys in the lengths that WhatsApp asks for', () => {
    const bytes = encodeRegistrationPayload({
      version: BAILEYS_VERSION,
      country: 'US',
      registrationId: Buffer.alloc(4, 1),
      identity: Buffer.alloc(32, 2),
      signedPreKeyId: Buffer.alloc(3, 3),
      signedPreKey: Buffer.alloc(32, 4),
      signedPreKeySignature: Buffer.alloc(64, 5),
      buildHash: Buffer.alloc(16, 6),
      deviceProps: Buffer.alloc(9, 7),
    })
    const pairing = proto.ClientPayload.decode(bytes).devicePairingData
    expect(hexOf(pairing?.eKeytype ?? new Uint8Array(0))).toBe('05')
    expect(pairing?.eRegid).toHaveLength(4)
    expect(pairing?.eSkeyId).toHaveLength(3)
    expect(pairing?.eSkeySig).toHaveLength(64)
    expect(pairing?.buildHash).toHaveLength(16)
  })
})

describe('the device properties', () => {
  it('are read by Baileys as they were meant', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(1, 2, 4, 5, 6, 7, 21), fc.boolean(), (os, platformType, full) => {
        const props = proto.DeviceProps.decode(encodeDeviceProps({ os, platformType, requireFullSync: full }))
        expect(props.os).toBe(os)
        expect(props.platformType).toBe(platformType)
        expect(props.requireFullSync).toBe(full)
        expect(hexOf(proto.DeviceProps.encode(props).finish())).toBe(
          hexOf(encodeDeviceProps({ os, platformType, requireFullSync: full })),
        )
      }),
    )
  })
})

describe("the account's word for a device", () => {
  it('is read as Baileys writes it', () => {
    fc.assert(
      fc.property(someBytes, key, fc.constantFrom(undefined, 0, HOSTED), (details, hmac, accountType) => {
        const fields = { details, hmac, ...(accountType === undefined ? {} : { accountType }) }
        const read = decodeSignedIdentityHmac(proto.ADVSignedDeviceIdentityHMAC.encode(fields).finish())
        expect(hexed(read)).toEqual(hexed({ details, hmac, accountType: accountType ?? 0 }))
      }),
    )
  })

  it('knows hosted accounts by the number of Baileys', () => {
    expect(HOSTED).toBe(proto.ADVEncryptionType.HOSTED)
  })

  it.each(['details', 'hmac'])('is refused with a RangeError without %s', (missing) => {
    const fields = Object.entries({ details: Buffer.of(1), hmac: Buffer.alloc(32) })
    const bytes = proto.ADVSignedDeviceIdentityHMAC.encode(
      Object.fromEntries(fields.filter(([name]) => name !== missing)),
    ).finish()
    expect(() => decodeSignedIdentityHmac(bytes)).toThrow(RangeError)
  })
})

describe('the signed identity', () => {
  it('is read as Baileys writes it, with or without a device signature', () => {
    const deviceSignature = fc.option(signature, { nil: undefined })
    fc.assert(
      fc.property(someBytes, key, signature, deviceSignature, (details, accountKey, accountSignature, own) => {
        const fields = { details, accountSignatureKey: accountKey, accountSignature }
        const bytes = proto.ADVSignedDeviceIdentity.encode({ ...fields, ...(own && { deviceSignature: own }) }).finish()
        expect(hexed(decodeSignedIdentity(bytes))).toEqual(hexed(fields))
      }),
    )
  })

  it("is answered in the bytes of Baileys, without the account's key", () => {
    fc.assert(
      fc.property(someBytes, signature, signature, (details, accountSignature, deviceSignature) => {
        const reply = { details, accountSignature, deviceSignature }
        expect(hexOf(encodeSignedIdentity(reply))).toBe(hexOf(proto.ADVSignedDeviceIdentity.encode(reply).finish()))
      }),
    )
  })

  it.each([
    ['no details', { details: undefined }],
    ['no account key', { accountSignatureKey: undefined }],
    ['no account signature', { accountSignature: undefined }],
    ['an account key of 31 bytes', { accountSignatureKey: Buffer.alloc(31) }],
    ['an account key of 33 bytes', { accountSignatureKey: Buffer.alloc(33) }],
    ['an account signature of 63 bytes', { accountSignature: Buffer.alloc(63) }],
    ['an account signature of 65 bytes', { accountSignature: Buffer.alloc(65) }],
    ['an empty account signature', { accountSignature: Buffer.alloc(0) }],
  ])('is refused with a RangeError with %s', (_what, change) => {
    const whole = { details: Buffer.of(1), accountSignatureKey: Buffer.alloc(32), accountSignature: Buffer.alloc(64) }
    const fields = Object.entries({ ...whole, ...change }).filter(([, value]) => value !== undefined)
    const bytes = proto.ADVSignedDeviceIdentity.encode(Object.fromEntries(fields)).finish()
    expect(() => decodeSignedIdentity(bytes)).toThrow(RangeError)
  })
})

describe('the device identity', () => {
  it('is read as Baileys writes it', () => {
    const fields = fc.record({
      rawId: uint32,
      timestamp: fc.maxSafeNat(),
      keyIndex: uint32,
      accountType: fc.constantFrom(0, 1),
      deviceType: fc.constantFrom(0, 1),
    })
    fc.assert(
      fc.property(fields, (identity) => {
        const read = decodeDeviceIdentity(proto.ADVDeviceIdentity.encode(identity).finish())
        expect(read).toEqual({ keyIndex: identity.keyIndex, deviceType: identity.deviceType })
      }),
    )
  })

  it('has the ordinary device type when it names none', () => {
    expect(decodeDeviceIdentity(proto.ADVDeviceIdentity.encode({ keyIndex: 0 }).finish())).toEqual({
      keyIndex: 0,
      deviceType: 0,
    })
  })

  it('is refused with a RangeError without a key index', () => {
    const bytes = proto.ADVDeviceIdentity.encode({ rawId: 5, timestamp: 6, deviceType: 0 }).finish()
    expect(() => decodeDeviceIdentity(bytes)).toThrow(RangeError)
  })
})

describe('every reader', () => {
  it.each([
    ['decodeServerHello', decodeServerHello],
    ['decodeCertificateChain', decodeCertificateChain],
    ['decodeCertificateDetails', decodeCertificateDetails],
    ['decodeSignedIdentityHmac', decodeSignedIdentityHmac],
    ['decodeSignedIdentity', decodeSignedIdentity],
    ['decodeDeviceIdentity', decodeDeviceIdentity],
  ])('%s throws nothing but a RangeError on random and on mutilated bytes', (_name, read) => {
    const inner = proto.CertChain.NoiseCertificate.encode({ details: randomBytes(60), signature: randomBytes(64) })
    const whole = [...inner.finish()]
    const mutilated = fc
      .tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: whole.length }))
      .map(([at, byte, length]) => Uint8Array.from(whole.with(at, byte).slice(0, length)))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), mutilated), (bytes) => {
        try {
          read(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
