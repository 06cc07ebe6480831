// Folders as Baileys itself makes and reads them.
import { randomBytes } from 'node:crypto'
import {
  type AuthenticationCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
  useMultiFileAuthState,
} from 'baileys'
import { JID, LID, NUMBER, signedCredentials, signedParts } from '../samples.ts'

type Keys = { readonly [T in keyof SignalDataTypeMap]: { readonly [id: string]: SignalDataTypeMap[T] } }

/** Credentials as a socket of Baileys leaves them: the account is an object of its protobuf class. */
export async function baileysCredentials(changes: Partial<AuthenticationCreds> = {}): Promise<AuthenticationCreds> {
  const account = proto.ADVSignedDeviceIdentity.create(signedParts().account ?? {})
  return signedCredentials({
    account,
    signalIdentities: [{ identifier: { name: LID, deviceId: 0 }, identifierKey: Buffer.alloc(33, 5) }],
    myAppStateKeyId: 'AAAAAO//',
    firstUnuploadedPreKeyId: 813,
    nextPreKeyId: 813,
    routingInfo: Buffer.from([8, 1]),
    processedHistoryMessages: [{ key: { remoteJid: JID, fromMe: true, id: '3EB0' }, messageTimestamp: 1_700_000_000 }],
    ...changes,
  })
}

/** Every type, with ids of every form that Baileys 7 makes. */
export function everyKey(): Keys {
  const keyPair = (): SignalDataTypeMap['pre-key'] => ({ public: randomBytes(32), private: randomBytes(32) })
  const syncKey = proto.Message.AppStateSyncKeyData.fromObject({
    keyData: randomBytes(32),
    fingerprint: { rawId: 123, currentIndex: 1, deviceIndexes: [0, 1] },
    timestamp: 1_700_000_000_123,
  })
  return {
    'pre-key': { 1: keyPair(), 812: keyPair(), 16777215: keyPair() },
    session: {
      [`${NUMBER}.0`]: Buffer.from('ratchet'),
      [`${NUMBER}.12`]: { _sessions: { 'B+/=': { chains: {}, registrationId: 7 } }, version: 'v1' } as never,
      '987654321098765_1.5': Buffer.from('ratchet'),
      '987654321098765_129.99': Buffer.from('ratchet'),
    },
    'sender-key': {
      [`120363000000000001@g.us::${NUMBER}::0`]: Buffer.from('[]'),
      '120363000000000001@g.us::987654321098765_1::7': Buffer.from('[]'),
      [`${NUMBER}-1400000000@g.us::${NUMBER}::7`]: Buffer.from('[]'),
      [`status@broadcast::${NUMBER}::0`]: Buffer.from('[]'),
    },
    'sender-key-memory': {
      '120363000000000001@g.us': { [JID]: true, '987654321098765:3@lid': false },
      [`${NUMBER}-1400000000@g.us`]: {},
      'status@broadcast': { [JID]: true },
    },
    'app-state-sync-key': { 'AAAAAO//': syncKey, 'AAAA+A==': syncKey, 'ab/d': syncKey },
    'app-state-sync-version': {
      critical_block: {
        version: 3,
        hash: Buffer.alloc(128, 1),
        indexValueMap: { 'aW5k/ZXg=': { valueMac: Buffer.alloc(32, 2) } },
      },
      regular_low: { version: 0, hash: Buffer.alloc(128), indexValueMap: {} },
    },
    'lid-mapping': { [NUMBER]: '987654321098765', '987654321098765_reverse': NUMBER },
    'device-list': { [NUMBER]: ['0', '7'], '987654321098765': ['0'] },
    tctoken: {
      [LID]: { token: Buffer.from('token'), timestamp: '1700000000' },
      '987654321098765@lid': { token: Buffer.alloc(0), senderTimestamp: 1_700_000_000 },
      [`${NUMBER}@s.whatsapp.net`]: { token: Buffer.from('token') },
      __index: { token: Buffer.from(JSON.stringify([LID])) },
    },
    'identity-key': { [`${NUMBER}.0`]: Buffer.alloc(33, 5), '987654321098765_1.0': Buffer.alloc(33, 6) },
  }
}

export function countOf(keys: Keys): number {
  return Object.values(keys).reduce((sum, ofType) => sum + Object.keys(ofType).length, 0)
}

export async function writeBaileysFolder(
  folder: string,
  credentials: AuthenticationCreds,
  keys: Partial<Keys> = {},
): Promise<void> {
  const { state, saveCreds } = await useMultiFileAuthState(folder)
  Object.assign(state.creds, credentials)
  await saveCreds()
  await state.keys.set(keys as SignalDataSet)
}

type KeyReader = { get(type: never, ids: string[]): unknown }

/** All values of these types and ids, with protobuf objects as bytes, so that two key stores can be compared. */
export async function valuesOf(reader: KeyReader, ids: Keys): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const [type, ofType] of Object.entries(ids)) {
    const found = (await reader.get(type as never, Object.keys(ofType))) as Record<string, unknown>
    for (const [id, value] of Object.entries(found))
      all[`${type} ${id}`] = type === 'app-state-sync-key' ? encoded(value) : value
  }
  return all
}

function encoded(value: unknown): string {
  const { fingerprint, ...data } = value as proto.Message.IAppStateSyncKeyData
  expectBytes(data.keyData)
  return Buffer.from(
    proto.Message.AppStateSyncKeyData.encode({ ...data, fingerprint: fingerprint ?? {} }).finish(),
  ).toString('hex')
}

/** protobufjs would take text for base64 without a word; Baileys' hashing of the same key would not. */
function expectBytes(value: unknown): void {
  if (!(value instanceof Uint8Array)) throw new TypeError('the data of an app state key must be bytes')
}
