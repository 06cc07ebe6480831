// The server's side of the handshake, written from the Noise specification (revision 34) and Baileys' protobuf: HMAC by hand,
// the nonce of 4 zero bytes and a 64-bit counter as Noise has it. It shares no line with src/wire/.
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { proto } from 'baileys/WAProto/index.js'
import { publicKeyOf, sharedSecret } from './x25519.ts'

export interface RawKeys {
  readonly private: Uint8Array
  readonly public: Uint8Array
}

export function rawKeys(): RawKeys {
  const privateKey = randomBytes(32)
  return { private: privateKey, public: publicKeyOf(privateKey) }
}

export interface Responder {
  readonly staticKey: RawKeys
  /** Reads the client's hello, gives the server's. */
  hello(clientHello: Uint8Array): Uint8Array
  /** Reads the client's last message. */
  finish(clientFinish: Uint8Array): { readonly clientKey: Uint8Array; readonly payload: Uint8Array }
  seal(plaintext: Uint8Array): Uint8Array
  open(sealed: Uint8Array): Uint8Array
}

export interface ResponderOptions {
  /** The payload of the hello, made for the responder's static public key. */
  readonly chain: (staticKey: Uint8Array) => Uint8Array
  readonly staticKey?: RawKeys
  readonly ephemeral?: RawKeys
}

const WHATSAPP_HEADER = Buffer.from('57410603', 'hex')

export function createResponder(options: ResponderOptions): Responder {
  const staticKey = options.staticKey ?? rawKeys()
  const ephemeral = options.ephemeral ?? rawKeys()
  const state = symmetricState(WHATSAPP_HEADER)
  let transport: { readonly receive: CipherState; readonly send: CipherState } | undefined
  const ready = (): { readonly receive: CipherState; readonly send: CipherState } => {
    if (transport === undefined) throw new Error('the handshake is not finished')
    return transport
  }

  return {
    staticKey,
    hello(clientHello) {
      const clientEphemeral = proto.HandshakeMessage.decode(clientHello).clientHello?.ephemeral ?? new Uint8Array(0)
      state.mixHash(clientEphemeral)
      state.mixHash(ephemeral.public)
      state.mixKey(sharedSecret(ephemeral.private, clientEphemeral))
      const sealedStatic = state.encryptAndHash(staticKey.public)
      state.mixKey(sharedSecret(staticKey.private, clientEphemeral))
      const payload = state.encryptAndHash(options.chain(staticKey.public))
      return proto.HandshakeMessage.encode({
        serverHello: { ephemeral: ephemeral.public, static: sealedStatic, payload },
      }).finish()
    },
    finish(clientFinish) {
      const finish = proto.HandshakeMessage.decode(clientFinish).clientFinish
      const clientKey = state.decryptAndHash(finish?.static ?? new Uint8Array(0))
      state.mixKey(sharedSecret(ephemeral.private, clientKey))
      const payload = state.decryptAndHash(finish?.payload ?? new Uint8Array(0))
      const [receive, send] = state.split()
      transport = { receive, send }
      return { clientKey, payload }
    },
    seal: (plaintext) => ready().send.encrypt(plaintext),
    open: (sealed) => ready().receive.decrypt(sealed),
  }
}

interface CipherState {
  encrypt(plaintext: Uint8Array, ad?: Uint8Array): Uint8Array
  decrypt(sealed: Uint8Array, ad?: Uint8Array): Uint8Array
}

interface SymmetricState {
  mixHash(data: Uint8Array): void
  mixKey(material: Uint8Array): void
  encryptAndHash(plaintext: Uint8Array): Uint8Array
  decryptAndHash(sealed: Uint8Array): Uint8Array
  split(): readonly [CipherState, CipherState]
}

function symmetricState(prologue: Uint8Array): SymmetricState {
  const name = Buffer.alloc(32)
  name.write('Noise_XX_25519_AESGCM_SHA256', 'latin1')
  let hash = digest(name, prologue)
  let chainingKey: Uint8Array = name
  let cipher: CipherState | undefined
  const keyed = (): CipherState => {
    if (cipher === undefined) throw new Error('no key yet')
    return cipher
  }

  return {
    mixHash(data) {
      hash = digest(hash, data)
    },
    mixKey(material) {
      const [next, key] = hkdf(chainingKey, material)
      chainingKey = next
      cipher = cipherState(key)
    },
    encryptAndHash(plaintext) {
      const sealed = keyed().encrypt(plaintext, hash)
      hash = digest(hash, sealed)
      return sealed
    },
    decryptAndHash(sealed) {
      const plaintext = keyed().decrypt(sealed, hash)
      hash = digest(hash, sealed)
      return plaintext
    },
    split() {
      const [first, second] = hkdf(chainingKey, Buffer.alloc(0))
      return [cipherState(first), cipherState(second)]
    },
  }
}

export function cipherState(key: Uint8Array, from = 0n): CipherState {
  let counter = from
  return {
    encrypt(plaintext, ad = Buffer.alloc(0)) {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(counter++)).setAAD(ad)
      return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    },
    decrypt(sealed, ad = Buffer.alloc(0)) {
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(counter++), { authTagLength: 16 }).setAAD(ad)
      decipher.setAuthTag(sealed.subarray(-16))
      return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
    },
  }
}

function nonceOf(counter: bigint): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(counter, 4)
  return nonce
}

/** HKDF of the Noise specification, section 4.3. */
function hkdf(chainingKey: Uint8Array, material: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
    createHmac('sha256', key).update(Buffer.concat(parts)).digest()
  const temporary = hmac(chainingKey, material)
  const first = hmac(temporary, Buffer.of(1))
  return [first, hmac(temporary, first, Buffer.of(2))]
}

function digest(...parts: readonly Uint8Array[]): Uint8Array {
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}
