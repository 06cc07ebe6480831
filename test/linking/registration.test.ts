import { createHash } from 'node:crypto'
import { generateRegistrationNode, initAuthCreds } from 'baileys'
import { proto } from 'baileys/WAProto/index.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveDevice } from '../../src/linking/device.ts'
import { type CompanionIdentity, createIdentity } from '../../src/linking/identity.ts'
import { buildRegistrationPayload } from '../../src/linking/registration.ts'
import { verify } from '../../src/wire/bridge.ts'
import { toHex } from './keys.ts'

const identity = createIdentity()

function withRegistrationId(registrationId: number): CompanionIdentity {
  const { noiseKey, identityKey, signedPreKey, advSecret } = identity
  return { noiseKey, identityKey, signedPreKey, advSecret, registrationId }
}
const build = (changes: Partial<Parameters<typeof buildRegistrationPayload>[0]> = {}) =>
  buildRegistrationPayload({
    identity,
    device: resolveDevice({ name: 'Acme Sales', browser: 'Edge' }, 'linux'),
    version: [2, 3000, 1043857760],
    country: 'US',
    fullHistory: true,
    ...changes,
  })

describe('the registration payload', () => {
  const read = proto.ClientPayload.decode(build())

  it('says what section 1.4 says, read by Baileys’ schema', () => {
    expect(read.connectType).toBe(proto.ClientPayload.ConnectType.WIFI_UNKNOWN)
    expect(read.connectReason).toBe(proto.ClientPayload.ConnectReason.USER_ACTIVATED)
    expect([read.passive, read.pull]).toEqual([false, false])
    expect(read.userAgent).toMatchObject({
      platform: proto.ClientPayload.UserAgent.Platform.WEB,
      releaseChannel: proto.ClientPayload.UserAgent.ReleaseChannel.RELEASE,
      mcc: '000',
      mnc: '000',
      osVersion: '0.1',
      device: 'Desktop',
      osBuildNumber: '0.1',
      localeLanguageIso6391: 'en',
      localeCountryIso31661Alpha2: 'US',
    })
    expect(read.userAgent?.phoneId ?? '').toBe('')
    expect(read.webInfo?.webSubPlatform).toBe(proto.ClientPayload.WebInfo.WebSubPlatform.WEB_BROWSER)
    expect(Object.hasOwn(read, 'username')).toBe(false)
  })

  it('carries the keys that later sign and prove', () => {
    const data = read.devicePairingData
    expect(toHex(data?.eRegid ?? [])).toBe(identity.registrationId.toString(16).padStart(8, '0'))
    expect(toHex(data?.eKeytype ?? [])).toBe('05')
    expect(toHex(data?.eIdent ?? [])).toBe(toHex(identity.identityKey.public))
    expect(toHex(data?.eSkeyId ?? [])).toBe('000001')
    expect(toHex(data?.eSkeyVal ?? [])).toBe(toHex(identity.signedPreKey.keyPair.public))
    const signed = Buffer.concat([Uint8Array.of(5), data?.eSkeyVal ?? new Uint8Array()])
    expect(verify(identity.identityKey.public, signed, data?.eSkeySig ?? new Uint8Array())).toBe(true)
    expect(toHex(data?.buildHash ?? [])).toBe(createHash('md5').update('2.3000.1043857760').digest('hex'))
  })

  it('names the device and its icon by the platform type, not the companion platform id', () => {
    const props = proto.DeviceProps.decode(read.devicePairingData?.deviceProps ?? new Uint8Array())
    expect(props.os).toBe('Acme Sales')
    expect(props.platformType).toBe(proto.DeviceProps.PlatformType.EDGE)
    expect(props.requireFullSync).toBe(true)
  })

  it('is Baileys’, byte for byte, for any keys, version, browser and country', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Chrome', 'Edge', 'Firefox', 'Opera', 'Safari'),
        fc.tuple(fc.nat(9), fc.nat(99_999), fc.nat(2 ** 31 - 1)),
        fc.constantFrom('US', 'BR', 'DE'),
        fc.boolean(),
        fc.integer({ min: 1, max: 16_380 }),
        (browser, version, country, fullHistory, registrationId) => {
          const name = 'Acme Böt 🤖'
          const creds = {
            ...initialCreds,
            registrationId,
            signedIdentityKey: identity.identityKey,
            signedPreKey: {
              keyId: 1,
              keyPair: identity.signedPreKey.keyPair,
              signature: identity.signedPreKey.signature,
            },
          }
          const config = { version, browser: [name, browser, '1'], countryCode: country, syncFullHistory: fullHistory }
          const theirs = proto.ClientPayload.encode(generateRegistrationNode(creds, config as never)).finish()
          const ours = build({
            identity: withRegistrationId(registrationId),
            device: resolveDevice({ name, browser }, 'linux'),
            version,
            country,
            fullHistory,
          })
          expect(toHex(ours)).toBe(toHex(theirs))
        },
      ),
      { numRuns: 100 },
    )
  })
})

const initialCreds = initAuthCreds()

describe('a fresh identity', () => {
  it('has four key pairs of its own, a secret, and a signed pre-key', () => {
    const others = [createIdentity(), createIdentity()]
    const all = [identity, ...others].flatMap((one) => [
      one.noiseKey.private,
      one.identityKey.private,
      one.signedPreKey.keyPair.private,
      one.advSecret,
    ])
    expect(new Set(all.map(toHex)).size).toBe(12)
    expect(all.map((bytes) => bytes.length)).toEqual(all.map(() => 32))
    for (const { registrationId } of others) {
      expect(registrationId).toBeGreaterThan(0)
      expect(registrationId).toBeLessThanOrEqual(16_380)
    }
  })
})
