// The end of a link beside unmodified Baileys: the reply to pair-success, and what is kept of the account.
import { BufferJSON, configureSuccessfulPairing, initAuthCreds } from 'baileys'
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js'
import { proto } from 'baileys/WAProto/index.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildCredentials } from '../../src/linking/credentials.ts'
import type { CompanionIdentity } from '../../src/linking/identity.ts'
import { buildPairDeviceSign, type PairedAccount, readPairSuccess } from '../../src/linking/pair-success.ts'
import { encodeNode, sign, verify } from '../../src/wire/bridge.ts'
import { bytesOf, childOf, type Node, node } from '../../src/wire/nodes.ts'
import { JID, LID, pairSuccess, type Stanza, type Word } from './account.ts'
import { bytesFrom, toHex } from './keys.ts'

type Creds = ReturnType<typeof initAuthCreds>

let creds: Creds
let word: Word
beforeAll(() => {
  creds = initAuthCreds()
  word = { advSecret: Buffer.from(creds.advSecretKey, 'base64'), companionIdentity: creds.signedIdentityKey.public }
})

/** What both make of one pair-success. */
function paired(changes: Partial<Word> = {}, stanza: Stanza = {}) {
  const success = pairSuccess({ ...word, ...changes }, stanza)
  const ours = readPairSuccess(success, {
    advSecret: word.advSecret,
    identityPublicKey: creds.signedIdentityKey.public,
  })
  if (ours?.kind !== 'proven') throw new Error(`it is ${ours?.kind}`)
  const signature = sign(creds.signedIdentityKey.private, ours.account.signedByUs)
  const baileys = configureSuccessfulPairing(success as never, creds)
  return { ours, signature, baileys, sign: buildPairDeviceSign(ours.id, ours.account, signature) }
}

const identityIn = (reply: Node): Uint8Array =>
  bytesOf(childOf(childOf(reply, 'pair-device-sign'), 'device-identity')) ?? new Uint8Array()

/** A stanza whose device signature is zeros. */
function unsigned(reply: Node): Node {
  const identity = proto.ADVSignedDeviceIdentity.decode(identityIn(reply))
  identity.deviceSignature = new Uint8Array(64)
  const content = proto.ADVSignedDeviceIdentity.encode(identity).finish()
  const attrs = childOf(childOf(reply, 'pair-device-sign'), 'device-identity')?.attrs ?? {}
  return { ...reply, content: [node('pair-device-sign', {}, [node('device-identity', attrs, content)])] }
}

const hosted = [
  { name: 'ordinary', changes: {} },
  { name: 'hosted account', changes: { hostedAccount: true } },
  { name: 'hosted device', changes: { hostedDevice: true } },
  { name: 'wholly hosted', changes: { hostedAccount: true, hostedDevice: true } },
] as const

describe.each(hosted)('pair-device-sign for an $name one', ({ changes }) => {
  it('is Baileys’, byte for byte, but for the 64 bytes of our signature', () => {
    const { sign: ours, baileys } = paired({ ...changes, keyIndex: 21 })
    const theirs = baileys.reply as Node
    expect(identityIn(ours).length).toBe(identityIn(theirs).length)
    const both = { ...unsigned(ours), attrs: { ...ours.attrs, to: '@s.whatsapp.net' } }
    expect(toHex(encodeNode(both))).toBe(toHex(encodeBinaryNode(unsigned(theirs) as never)))
    // Only the signature was put to zero: the rest stands as it was sent.
    const at = Buffer.from(identityIn(ours)).length - 64
    expect(toHex(identityIn(ours).subarray(0, at))).toBe(toHex(identityIn(theirs).subarray(0, at)))
    expect(toHex(identityIn(unsigned(ours)).subarray(0, at))).toBe(toHex(identityIn(ours).subarray(0, at)))
  })

  it('has a signature that verifies over 06 01, details, our identity and the account’s key, as Baileys’ does', () => {
    const { sign: ours, baileys, ours: success } = paired(changes)
    const { details, accountSignatureKey } = success.account.identity
    const message = Buffer.concat([Uint8Array.of(6, 1), details, creds.signedIdentityKey.public, accountSignatureKey])
    for (const reply of [ours, baileys.reply as Node]) {
      const { deviceSignature } = proto.ADVSignedDeviceIdentity.decode(identityIn(reply))
      expect(deviceSignature).toHaveLength(64)
      expect(verify(creds.signedIdentityKey.public, message, deviceSignature ?? new Uint8Array())).toBe(true)
    }
  })

  it('does not carry the account’s key, which the phone knows', () => {
    const identity = proto.ADVSignedDeviceIdentity.decode(identityIn(paired(changes).sign))
    expect(identity.accountSignatureKey ?? []).toHaveLength(0)
  })
})

describe('what is kept of an account', () => {
  const identity = (): CompanionIdentity => ({
    noiseKey: creds.noiseKey,
    identityKey: creds.signedIdentityKey,
    signedPreKey: { id: 1, keyPair: creds.signedPreKey.keyPair, signature: creds.signedPreKey.signature },
    registrationId: creds.registrationId,
    advSecret: bytesFrom('the first secret, replaced since'),
  })

  const keep = (account: PairedAccount, signature: Uint8Array, routingInfo?: Uint8Array) =>
    buildCredentials({
      identity: identity(),
      pairingEphemeral: creds.pairingEphemeralKeyPair,
      account,
      deviceSignature: signature,
      advSecret: word.advSecret,
      routingInfo,
    })

  /** As a store sees it: Buffers by their bytes, absent and undefined the same. */
  const stored = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value, BufferJSON.replacer))

  const cases = [
    { name: 'by QR code', byCode: false, stanza: {} },
    { name: 'by pairing code', byCode: true, stanza: {} },
    { name: 'of a business', byCode: true, stanza: { extra: [node('biz', { name: 'Acme' })] } },
    { name: 'without a platform', byCode: false, stanza: { without: 'platform' as const } },
  ]

  it.each(cases)('$name is field by field what Baileys would keep, but for three differences', ({ byCode, stanza }) => {
    const { ours, signature, baileys } = paired({}, stanza)
    const { account: theirAccount, ...theirRest } = {
      ...creds,
      // What requestPairingCode and the answer to companion_finish add.
      ...(byCode && { pairingCode: 'K7QX2MTB', registered: true }),
      ...baileys.creds,
    }
    const { account: ourAccount, ...ourRest } = keep(ours.account, signature)

    const named = { nextPreKeyId: 813, firstUnuploadedPreKeyId: 1, registered: true, pairingCode: undefined }
    expect(stored(ourRest)).toEqual(stored({ ...theirRest, ...named }))

    const bytes = (of: unknown) => toHex(of instanceof Uint8Array ? of : new Uint8Array())
    for (const field of ['details', 'accountSignatureKey', 'accountSignature'] as const) {
      expect(bytes(ourAccount?.[field])).toBe(bytes(theirAccount?.[field]))
      expect(bytes(ourAccount?.[field])).not.toBe('')
    }
    expect(toHex(ourAccount?.deviceSignature ?? [])).toBe(toHex(signature))
    expect(Object.keys(ourAccount ?? {}).toSorted()).toEqual([
      'accountSignature',
      'accountSignatureKey',
      'details',
      'deviceSignature',
    ])
  })

  it('has bytes as Buffers, which is what Baileys expects to write and read', () => {
    const { ours, signature } = paired()
    const kept = keep(ours.account, signature, bytesFrom('edge', 9))
    const all = [
      kept.noiseKey.public,
      kept.noiseKey.private,
      kept.signedIdentityKey.private,
      kept.signedPreKey.signature,
      kept.signedPreKey.keyPair.private,
      kept.pairingEphemeralKeyPair.private,
      kept.routingInfo,
      kept.account?.details,
      kept.account?.deviceSignature,
      kept.signalIdentities?.[0]?.identifierKey,
    ]
    expect(all.map((one) => Buffer.isBuffer(one))).toEqual(all.map(() => true))
  })

  it('trusts the account’s key as the identity of the LID’s device 0', () => {
    const { ours, signature } = paired()
    const [trusted] = keep(ours.account, signature).signalIdentities ?? []
    expect(trusted?.identifier).toEqual({ name: LID, deviceId: 0 })
    expect(toHex(trusted?.identifierKey ?? [])).toBe(`05${toHex(ours.account.identity.accountSignatureKey)}`)
  })

  it('holds the JID, the routing info and the adv secret of the proof', () => {
    const { ours, signature } = paired()
    const kept = keep(ours.account, signature, Uint8Array.of(1, 2, 3))
    expect(kept.me).toEqual({ id: JID, lid: LID })
    expect(toHex(kept.routingInfo ?? [])).toBe('010203')
    expect(kept.advSecretKey).toBe(creds.advSecretKey)
  })
})
