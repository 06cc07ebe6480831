// End-to-end encryption of a phone (device 0 of its account): its keys, and a Signal session with each device it talks
// to.
import { randomInt } from 'node:crypto'
import {
  generateKeyPair,
  generateRegistrationId,
  type KeyPair,
  ProtocolAddress,
  SessionBuilder,
  SessionCipher,
  type SignalStorage,
  sign,
  withKeyType,
} from '../wire/bridge.ts'
import type { KeyBundle } from './keys.ts'

/** Another device, as Signal names it. */
export interface Peer {
  /** Digits of its account. */
  readonly user: string
  readonly device: number
}

export interface Encrypted {
  readonly type: 'pkmsg' | 'msg'
  readonly ciphertext: Uint8Array
}

export interface PhoneSignal {
  readonly registrationId: number
  /** What others need to write to this phone first; a new one-time key each time. */
  bundle(): KeyBundle
  /** `bundle` is asked for only when there is no session yet. */
  encrypt(peer: Peer, plaintext: Uint8Array, bundle: () => KeyBundle): Promise<Encrypted>
  /** Rejects with an Error when the bytes do not open. */
  decrypt(peer: Peer, encrypted: Encrypted): Promise<Uint8Array>
  /** The next message to this device opens a new session. */
  forget(peer: Peer): void
}

const SIGNED_PRE_KEY_ID = 1
/** Handed out and not used yet. */
const MAX_PRE_KEYS = 5_000
/** Pre-key ids have three bytes. */
const MAX_PRE_KEY_ID = 2 ** 24 - 1

export function createPhoneSignal(identity: KeyPair): PhoneSignal {
  const registrationId = generateRegistrationId()
  const signedPreKey = generateKeyPair()
  const signature = sign(identity.private, withKeyType(signedPreKey.public))
  const preKeys = new Map<number, KeyPair>()
  const sessions = new Map<string, Uint8Array>()
  let nextPreKey = randomInt(1, 2 ** 16)
  let queue: Promise<unknown> = Promise.resolve()

  const storage: SignalStorage = {
    loadSession: (address) => sessions.get(address),
    storeSession(address, record) {
      sessions.set(address, Uint8Array.from(record.serialize()))
      // Ours to free: 1 MB of WebAssembly memory in 1,000 messages otherwise (measured).
      record.free()
    },
    getOurIdentity: () => typed(identity),
    getOurRegistrationId: () => registrationId,
    isTrustedIdentity: () => true,
    loadPreKey(id) {
      const pair = preKeys.get(id)
      return pair && typed(pair)
    },
    removePreKey(id) {
      preKeys.delete(id)
    },
    loadSignedPreKey: (id) =>
      id === SIGNED_PRE_KEY_ID ? { keyId: id, keyPair: typed(signedPreKey), signature } : undefined,
    loadSenderKey: () => undefined,
    storeSenderKey: () => {},
  }

  /** A ratchet moves with every message, so one after the other. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = queue.then(work)
    queue = turn.catch(() => {})
    return turn
  }

  const withAddress = async <Result>(
    peer: Peer,
    work: (address: ProtocolAddress) => Promise<Result>,
  ): Promise<Result> => {
    const address = new ProtocolAddress(peer.user, peer.device)
    try {
      return await work(address)
    } catch (thrown) {
      throw thrown instanceof Error ? thrown : new Error(String(thrown))
    } finally {
      address.free()
    }
  }

  const openSession = async (address: ProtocolAddress, bundle: KeyBundle): Promise<void> => {
    const builder = new SessionBuilder(storage, address)
    try {
      await builder.processPreKeyBundle({
        registrationId: bundle.registrationId,
        identityKey: withKeyType(bundle.identity),
        signedPreKey: {
          keyId: bundle.signedPreKey.id,
          publicKey: withKeyType(bundle.signedPreKey.value),
          signature: bundle.signedPreKey.signature,
        },
        ...(bundle.preKey && { preKey: { keyId: bundle.preKey.id, publicKey: withKeyType(bundle.preKey.value) } }),
      })
    } finally {
      builder.free()
    }
  }

  const withCipher = async <Result>(
    address: ProtocolAddress,
    work: (cipher: SessionCipher) => Promise<Result>,
  ): Promise<Result> => {
    const cipher = new SessionCipher(storage, address)
    try {
      return await work(cipher)
    } finally {
      cipher.free()
    }
  }

  return {
    registrationId,
    bundle() {
      const id = nextPreKey
      nextPreKey = (nextPreKey % MAX_PRE_KEY_ID) + 1
      const pair = generateKeyPair()
      preKeys.set(id, pair)
      const [oldest] = preKeys.keys()
      if (preKeys.size > MAX_PRE_KEYS && oldest !== undefined) preKeys.delete(oldest)
      return {
        registrationId,
        identity: identity.public,
        signedPreKey: { id: SIGNED_PRE_KEY_ID, value: signedPreKey.public, signature },
        preKey: { id, value: pair.public },
      }
    },
    encrypt(peer, plaintext, bundle) {
      return inTurn(() =>
        withAddress(peer, async (address) => {
          if (!sessions.has(address.toString())) await openSession(address, bundle())
          const { type, body } = await withCipher(address, (cipher) => cipher.encrypt(padded(plaintext)))
          return { type: type === 3 ? 'pkmsg' : 'msg', ciphertext: Uint8Array.from(body) }
        }),
      )
    },
    decrypt(peer, { type, ciphertext }) {
      return inTurn(() =>
        withAddress(peer, async (address) => {
          const plaintext = await withCipher(address, (cipher) =>
            type === 'pkmsg'
              ? cipher.decryptPreKeyWhisperMessage(ciphertext)
              : cipher.decryptWhisperMessage(ciphertext),
          )
          return unpadded(plaintext)
        }),
      )
    },
    forget(peer) {
      sessions.delete(`${peer.user}.${peer.device}`)
    },
  }
}

function typed(pair: KeyPair): { pubKey: Uint8Array; privKey: Uint8Array } {
  return { pubKey: withKeyType(pair.public), privKey: pair.private }
}

/** 1 to 16 bytes, each the number of them. */
function padded(plaintext: Uint8Array): Uint8Array {
  const length = randomInt(1, 17)
  return Buffer.concat([plaintext, Buffer.alloc(length, length)])
}

function unpadded(plaintext: Uint8Array): Uint8Array {
  const length = plaintext[plaintext.length - 1] ?? 0
  if (length === 0 || length > plaintext.length) throw new Error('a message without its padding')
  return Uint8Array.from(plaintext.subarray(0, plaintext.length - length))
}
