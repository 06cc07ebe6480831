// A companion that does exactly what a test says: its own Noise handshake, stanzas by hand, Baileys' primitives for the
// companion's half of the key agreement.
import { randomBytes } from 'node:crypto'
import {
  type AuthenticationCreds,
  aesDecryptCTR,
  aesEncryptCTR,
  aesEncryptGCM,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  derivePairingCodeKey,
  generateLoginNode,
  generateRegistrationNode,
  hkdf,
  initAuthCreds,
  proto,
} from 'baileys'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'
import type { Emulator } from '../../src/emulator/index.ts'
import { decodeNode, encodeNode, generateKeyPair } from '../../src/wire/bridge.ts'
import { createFrameReader, frame, introduction, NOISE_HEADER } from '../../src/wire/frames.ts'
import { bytesOf, childOf, childrenOf, type Node, node, textOf } from '../../src/wire/nodes.ts'
import { agree, type Cipher, startHandshake } from '../../src/wire/noise.ts'

export interface RawCompanion {
  readonly creds: AuthenticationCreds
  /** What came, in order. */
  readonly stanzas: readonly Node[]
  /** The next stanza, not given out before, that fits. */
  next(fits: (stanza: Node) => boolean): Promise<Node>
  send(stanza: Node): void
  /** The plaintext of a frame, whatever it is. */
  sendPlain(plaintext: Uint8Array): void
  /** Sends an IQ and gives its answer. */
  ask(attrs: Record<string, string>, content: readonly Node[]): Promise<Node>
  /** Acks as it should be done. */
  ack(notification: Node): void
  readonly closed: Promise<void>
  readonly isClosed: boolean
  close(): void
  /** The decrypted certificate chain of the handshake. */
  readonly chain: Uint8Array
  readonly serverKey: Uint8Array
}

export interface RawOptions {
  readonly creds?: AuthenticationCreds
  /** Logs in as this device; without it, registers. */
  readonly login?: string
  readonly browser?: [string, string, string]
  readonly routingInfo?: Uint8Array
  /** Bytes of each WebSocket message; default: whole frames. */
  readonly chunk?: number
}

export async function openRaw(emulator: Emulator, options: RawOptions = {}): Promise<RawCompanion> {
  const creds = options.creds ?? initAuthCreds()
  const config = { ...DEFAULT_CONNECTION_CONFIG, ...(options.browser && { browser: options.browser }) } as never
  const payload = proto.ClientPayload.encode(
    options.login === undefined ? generateRegistrationNode(creds, config) : generateLoginNode(options.login, config),
  ).finish()

  const socket = new WebSocket(emulator.endpoint.url)
  const frames = createFrameReader(2 ** 24 - 1)
  const noise = startHandshake(NOISE_HEADER)
  const ephemeral = generateKeyPair()
  let ciphers: { send: Cipher; receive: Cipher } | undefined
  const shown: { chain?: Uint8Array; serverKey?: Uint8Array } = {}
  const stanzas: Node[] = []
  const unread: Node[] = []
  const takers = new Set<{ fits: (stanza: Node) => boolean; resolve: (stanza: Node) => void }>()
  let over = false
  let count = 0

  const write = (bytes: Uint8Array): void => {
    const size = options.chunk ?? bytes.length
    for (let at = 0; at < bytes.length; at += size) socket.send(bytes.subarray(at, at + size))
  }

  const shake = (bytes: Uint8Array): void => {
    const hello = proto.HandshakeMessage.decode(bytes).serverHello
    noise.mixHash(hello?.ephemeral ?? new Uint8Array())
    noise.mixKey(agree(ephemeral.private, hello?.ephemeral ?? new Uint8Array()))
    shown.serverKey = noise.open(hello?.static ?? new Uint8Array())
    noise.mixKey(agree(ephemeral.private, shown.serverKey))
    shown.chain = noise.open(hello?.payload ?? new Uint8Array())
    const sealed = noise.seal(creds.noiseKey.public)
    noise.mixKey(agree(creds.noiseKey.private, hello?.ephemeral ?? new Uint8Array()))
    const finish = { static: sealed, payload: noise.seal(payload) }
    write(frame(proto.HandshakeMessage.encode({ clientFinish: finish }).finish()))
    const [send, receive] = noise.split()
    ciphers = { send, receive }
  }

  const take = (stanza: Node): void => {
    stanzas.push(stanza)
    for (const taker of takers) {
      if (!taker.fits(stanza)) continue
      takers.delete(taker)
      return taker.resolve(stanza)
    }
    unread.push(stanza)
  }

  const shaken = new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      for (const payload of frames.push(data)) {
        if (ciphers !== undefined) take(decodeNode(ciphers.receive.open(payload)))
        else {
          shake(payload)
          resolve()
        }
      }
    })
    socket.on('close', () => reject(new Error('closed before the handshake was done')))
    socket.on('error', reject)
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      over = true
      resolve()
    })
  })
  socket.on('open', () => {
    noise.mixHash(ephemeral.public)
    const hello = frame(proto.HandshakeMessage.encode({ clientHello: { ephemeral: ephemeral.public } }).finish())
    write(Buffer.concat([introduction(options.routingInfo), hello]))
  })
  onTestFinished(() => socket.terminate())
  await shaken

  const raw: RawCompanion = {
    creds,
    stanzas,
    next(fits) {
      const index = unread.findIndex(fits)
      const [found] = index < 0 ? [] : unread.splice(index, 1)
      return found === undefined ? new Promise((resolve) => takers.add({ fits, resolve })) : Promise.resolve(found)
    },
    send(stanza) {
      raw.sendPlain(encodeNode(stanza))
    },
    sendPlain(plaintext) {
      if (ciphers !== undefined) write(frame(ciphers.send.seal(plaintext)))
    },
    ask(attrs, content) {
      const id = `raw-${++count}`
      raw.send(node('iq', { to: 's.whatsapp.net', type: 'set', id, ...attrs }, content))
      return raw.next((stanza) => stanza.tag === 'iq' && stanza.attrs['id'] === id)
    },
    ack(notification) {
      const { id = '', type = '', from = '' } = notification.attrs
      raw.send(node('ack', { class: 'notification', id, type, to: from }))
    },
    closed,
    get isClosed() {
      return over
    },
    close: () => socket.close(),
    chain: shown.chain ?? new Uint8Array(),
    serverKey: shown.serverKey ?? new Uint8Array(),
  }
  return raw
}

/** A registration connection that has acked its refs. */
export async function openRegistration(
  emulator: Emulator,
  options: RawOptions = {},
): Promise<RawCompanion & { readonly refs: readonly string[] }> {
  const raw = await openRaw(emulator, options)
  const pairDevice = await raw.next((stanza) => childOf(stanza, 'pair-device') !== undefined)
  raw.send(node('iq', { to: 's.whatsapp.net', type: 'result', id: pairDevice.attrs['id'] ?? '' }))
  const refs = childrenOf(childOf(pairDevice, 'pair-device')).map((ref) => textOf(ref) ?? '')
  return Object.assign(raw, { refs })
}

export interface HelloChanges {
  readonly jid?: string
  readonly display?: string
  readonly platformId?: string
  readonly nonce?: Uint8Array | string
  readonly push?: string
  readonly without?: string
  readonly wrapped?: Uint8Array
  readonly noiseKey?: Uint8Array
}

/** The companion's first half: gives the answer, and what the second half needs. */
export async function sendHello(raw: RawCompanion, code: string, number: string, changes: HelloChanges = {}) {
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const key = await derivePairingCodeKey(code, salt)
  const pair = Curve.generateKeyPair()
  const wrapped = changes.wrapped ?? Buffer.concat([salt, iv, aesEncryptCTR(pair.public, key, iv)])
  const children = [
    node('link_code_pairing_wrapped_companion_ephemeral_pub', {}, wrapped),
    node('companion_server_auth_key_pub', {}, changes.noiseKey ?? raw.creds.noiseKey.public),
    node('companion_platform_id', {}, Buffer.from(changes.platformId ?? '1')),
    node('companion_platform_display', {}, Buffer.from(changes.display ?? 'Chrome (Linux)')),
    node('link_code_pairing_nonce', {}, changes.nonce ?? Uint8Array.of(0)),
  ].filter(({ tag }) => tag !== changes.without)
  const attrs = {
    jid: changes.jid ?? `${number}@s.whatsapp.net`,
    stage: 'companion_hello',
    should_show_push_notification: changes.push ?? 'true',
  }
  const answer = await raw.ask({ xmlns: 'md' }, [node('link_code_companion_reg', attrs, children)])
  const ref = bytesOf(childOf(childOf(answer, 'link_code_companion_reg'), 'link_code_pairing_ref'))
  return { answer, ref, ephemeral: pair }
}

export function isNotification(type: string, stage?: string): (stanza: Node) => boolean {
  return (stanza) =>
    stanza.tag === 'notification' &&
    stanza.attrs['type'] === type &&
    (stage === undefined || childOf(stanza, type)?.attrs['stage'] === stage)
}

/** Opens the phone's answer and sends the bundle; gives the server's answer and the adv secret. */
export async function finish(
  raw: RawCompanion,
  notification: Node,
  given: {
    readonly code: string
    readonly number: string
    readonly ephemeral: { readonly private: Uint8Array }
    readonly ref?: Uint8Array
  },
) {
  const hello = childOf(notification, 'link_code_companion_reg')
  const wrapped = Buffer.from(bytesOf(childOf(hello, 'link_code_pairing_wrapped_primary_ephemeral_pub')) ?? [])
  const primaryIdentity = bytesOf(childOf(hello, 'primary_identity_pub')) ?? new Uint8Array()
  const ref = given.ref ?? bytesOf(childOf(hello, 'link_code_pairing_ref')) ?? new Uint8Array()
  const key = await derivePairingCodeKey(given.code, wrapped.subarray(0, 32))
  const primaryEphemeral = aesDecryptCTR(wrapped.subarray(48), key, wrapped.subarray(32, 48))
  const shared = Curve.sharedKey(given.ephemeral.private, primaryEphemeral)
  const identityShared = Curve.sharedKey(raw.creds.signedIdentityKey.private, primaryIdentity)
  const random = randomBytes(32)
  const salt = randomBytes(32)
  const iv = randomBytes(12)
  const bundleKey = hkdf(shared, 32, { salt, info: 'link_code_pairing_key_bundle_encryption_key' })
  const bundle = Buffer.concat([raw.creds.signedIdentityKey.public, primaryIdentity, random])
  const sealed = aesEncryptGCM(bundle, bundleKey, iv, Buffer.alloc(0))
  const advSecret = hkdf(Buffer.concat([shared, identityShared, random]), 32, { info: 'adv_secret' })
  const attrs = { jid: `${given.number}@s.whatsapp.net`, stage: 'companion_finish' }
  const answer = raw.ask({ xmlns: 'md' }, [
    node('link_code_companion_reg', attrs, [
      node('link_code_pairing_wrapped_key_bundle', {}, Buffer.concat([salt, iv, sealed])),
      node('companion_identity_public', {}, raw.creds.signedIdentityKey.public),
      node('link_code_pairing_ref', {}, ref),
    ]),
  ])
  return { answer, advSecret }
}
