import { inflateSync } from 'node:zlib'
import { DEFAULT_CONNECTION_CONFIG, generateLoginNode, generateRegistrationNode, initAuthCreds, proto } from 'baileys'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signKeyIndexes } from '../../src/emulator/account-identity.ts'
import { readClientPayload } from '../../src/emulator/client-payload.ts'
import {
  encodeAppStateKeyShare,
  encodeDeviceSent,
  encodeFirstHistory,
  encodeText,
  readContent,
} from '../../src/emulator/message-content.ts'
import { generateKeyPair, verify } from '../../src/wire/bridge.ts'

const config = { ...DEFAULT_CONNECTION_CONFIG, browser: ['Acme Bot', 'Firefox', '1'] } as never
const { Message, ClientPayload } = proto

test('the registration that Baileys sends is read', () => {
  const creds = initAuthCreds()
  const payload = readClientPayload(ClientPayload.encode(generateRegistrationNode(creds, config)).finish())
  expect(payload).toMatchObject({
    kind: 'registration',
    registrationId: creds.registrationId,
    identity: Buffer.from(creds.signedIdentityKey.public),
    signedPreKey: { id: creds.signedPreKey.keyId },
    name: 'Acme Bot',
    platformType: 2,
  })
})

test('the login that Baileys sends is read', () => {
  const payload = generateLoginNode('12025550123:12@s.whatsapp.net', config)
  expect(readClientPayload(ClientPayload.encode(payload).finish())).toEqual({
    kind: 'login',
    user: '12025550123',
    device: 12,
    passive: true,
  })
})

test('a registration with a part that does not hold is none', () => {
  const creds = initAuthCreds()
  const good = ClientPayload.toObject(generateRegistrationNode(creds, config) as never)
  const data = good['devicePairingData']
  const wrong = [
    { eRegid: new Uint8Array(3) },
    { eKeytype: Uint8Array.of(4) },
    { eIdent: new Uint8Array(32) },
    { eSkeyId: new Uint8Array(2) },
    { eSkeyVal: new Uint8Array(32) },
    { eSkeySig: new Uint8Array(64) },
    { buildHash: new Uint8Array(16) },
    { deviceProps: null },
  ]
  const read = (changes: object) =>
    readClientPayload(
      ClientPayload.encode(ClientPayload.fromObject({ ...good, devicePairingData: { ...data, ...changes } })).finish(),
    )
  expect(read({})).toBeDefined()
  for (const changes of wrong) expect([changes, read(changes)]).toEqual([changes, undefined])
})

test('no bytes make the reader of payloads throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readClientPayload(bytes)))
})

test('texts are written as Baileys reads them', () => {
  expect(Message.decode(encodeText('hé')).conversation).toBe('hé')
  const copy = Message.decode(encodeDeviceSent('12025550147@s.whatsapp.net', encodeText('x'))).deviceSentMessage
  expect(copy).toMatchObject({ destinationJid: '12025550147@s.whatsapp.net', message: { conversation: 'x' } })
})

test.each([
  ['plain', { conversation: 'a' }],
  ['extended', { extendedTextMessage: { text: 'a' } }],
  ['image', { imageMessage: { caption: 'a' } }],
  ['video', { videoMessage: { caption: 'a' } }],
  ['document', { documentMessage: { caption: 'a' } }],
  ['disappearing', { ephemeralMessage: { message: { extendedTextMessage: { text: 'a' } } } }],
  ['view once', { viewOnceMessageV2: { message: { imageMessage: { caption: 'a' } } } }],
  ['captioned document', { documentWithCaptionMessage: { message: { documentMessage: { caption: 'a' } } } }],
])('a %s text that Baileys writes is read', (_name, message) => {
  const bytes = Message.encode(Message.fromObject(message)).finish()
  expect(readContent(bytes)).toEqual({ text: 'a', destinationJid: undefined, wantsAppStateKey: false })
  const copy = Message.encode(Message.fromObject({ deviceSentMessage: { destinationJid: 'x@y', message } })).finish()
  expect(readContent(copy)).toEqual({ text: 'a', destinationJid: 'x@y', wantsAppStateKey: false })
})

test('what has no text is read as such', () => {
  const reaction = Message.encode(Message.fromObject({ reactionMessage: { text: '+' } })).finish()
  expect(readContent(reaction).text).toBeUndefined()
  const request = Message.encode(
    Message.fromObject({ protocolMessage: { type: 7, appStateSyncKeyRequest: {} } }),
  ).finish()
  expect(readContent(request)).toMatchObject({ text: undefined, wantsAppStateKey: true })
})

test('the first history and the app-state key are written as Baileys reads them', () => {
  const history = Message.decode(encodeFirstHistory({ pn: '1@s.whatsapp.net', lid: '2@lid' })).protocolMessage
  expect(history?.type).toBe(proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION)
  const inline = history?.historySyncNotification?.initialHistBootstrapInlinePayload ?? new Uint8Array()
  expect(proto.HistorySync.decode(inflateSync(inline)).toJSON()).toMatchObject({
    phoneNumberToLidMappings: [{ pnJid: '1@s.whatsapp.net', lidJid: '2@lid' }],
  })
  const key = { id: Uint8Array.of(1, 2), data: new Uint8Array(32).fill(3), rawId: 9, madeAt: 1_700_000_000_000 }
  const share = Message.decode(encodeAppStateKeyShare(key)).protocolMessage
  expect(share?.type).toBe(proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE)
  const [first] = share?.appStateSyncKeyShare?.keys ?? []
  expect(Buffer.from(first?.keyId?.keyId ?? []).toString('hex')).toBe('0102')
  expect(first?.keyData?.keyData).toHaveLength(32)
  expect(first?.keyData?.fingerprint?.rawId).toBe(9)
})

test('the signed list of key indexes holds', () => {
  const account = generateKeyPair()
  const bytes = signKeyIndexes({ account, rawId: 5, now: 1_700_000_000_000, indexes: [1, 2, 300] })
  const list = proto.ADVSignedKeyIndexList.decode(bytes)
  const details = list.details ?? new Uint8Array()
  expect(
    verify(account.public, Buffer.concat([Uint8Array.of(6, 2), details]), list.accountSignature ?? new Uint8Array()),
  ).toBe(true)
  expect(proto.ADVKeyIndexList.decode(details).toJSON()).toMatchObject({
    rawId: 5,
    currentIndex: 300,
    validIndexes: [0, 1, 2, 300],
  })
})
