// Unmodified Baileys really registers, asks for a code and answers a phone, over a WebSocket. From the random parts of what it
// sent, ours is built anew, and must be the same bytes but for what the design names.
import makeWASocket, { type AuthenticationCreds, initAuthCreds } from 'baileys'
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js'
import { pino } from 'pino'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { deriveCodeKey, unwrapPublicKey, wrapPublicKey } from '../../src/linking/code-key.ts'
import { buildCompanionFinish } from '../../src/linking/companion-finish.ts'
import { buildCompanionHello } from '../../src/linking/companion-hello.ts'
import { resolveDevice } from '../../src/linking/device.ts'
import { agreeOnSecret } from '../../src/linking/key-agreement.ts'
import { buildPairDeviceAnswer, qrText } from '../../src/linking/pair-device.ts'
import { buildRegistrationPayload } from '../../src/linking/registration.ts'
import { encodeNode } from '../../src/wire/bridge.ts'
import { bytesOf, childOf, childrenOf, type Node, node, textOf } from '../../src/wire/nodes.ts'
import { bytesFrom, keyPairFrom, toHex } from './keys.ts'
import { openBundle, wrapPrimaryEphemeral } from './primary.ts'
import { type RegistrationServer, serveOneRegistration } from './registration-server.ts'
import { pairDevice, primaryHello } from './server-stanzas.ts'

const CODE = 'K7QX2MTB'
const DIGITS = '12025550123'
const VERSION = [2, 3000, 1043857760] as const
const PHONE = { ephemeral: keyPairFrom('phone ephemeral'), identity: keyPairFrom('phone identity') }

interface Registered {
  readonly server: RegistrationServer
  readonly creds: AuthenticationCreds
  readonly sock: ReturnType<typeof makeWASocket>
  /** The first QR text that Baileys shows. */
  readonly qr: Promise<string>
}

async function register(browser: readonly [string, string, string]): Promise<Registered> {
  const server = await serveOneRegistration((ready) => ready.send(pairDevice()))
  onTestFinished(() => server.close())
  const creds = initAuthCreds()
  const sock = makeWASocket({
    waWebSocketUrl: server.url,
    auth: { creds, keys: { get: () => ({}), set: () => {} } },
    browser: [...browser],
    version: [...VERSION],
    logger: pino({ level: 'silent' }),
    fireInitQueries: false,
  })
  onTestFinished(() => void sock.end(undefined))
  sock.ev.on('creds.update', (update) => void Object.assign(creds, update))
  const qr = new Promise<string>((resolve) => {
    sock.ev.on('connection.update', (update) => {
      if (update.qr !== undefined) resolve(update.qr)
    })
  })
  return { server, creds, sock, qr }
}

const stage = (name: string) => (stanza: Node) => childOf(stanza, 'link_code_companion_reg')?.attrs['stage'] === name
const part = (stanza: Node, tag: string) => childOf(childOf(stanza, 'link_code_companion_reg'), tag)
const bytesAt = (stanza: Node, tag: string) => bytesOf(part(stanza, tag)) ?? new Uint8Array()

/** The same stanza with one child of `link_code_companion_reg` replaced. */
function withChild(stanza: Node, tag: string, content: Node['content']): Node {
  const reg = childrenOf(stanza).map((child) => ({
    ...child,
    content: childrenOf(child).map((one) => (one.tag === tag ? node(tag, one.attrs, content) : one)),
  }))
  return { ...stanza, content: reg }
}

/**
 * The same stanza with the server addressed as Baileys and whatsmeow do: a JID without a user (`fa 00 03` on the wire), not the
 * word (`03`). Whether ours does so is a test of its own.
 */
function addressed(stanza: Node): Node {
  return { ...stanza, attrs: { ...stanza.attrs, to: `@${stanza.attrs['to']}` } }
}

function expectSameBytes(ours: Node, theirs: Uint8Array): void {
  expect(toHex(encodeNode(addressed(ours)))).toBe(toHex(theirs))
  expect(toHex(encodeBinaryNode(addressed(ours) as never))).toBe(toHex(theirs))
}

beforeAll(async () => {
  // The first use of Baileys costs a second; it is not what these tests measure.
  await import('baileys')
})

const devices = [
  { baileys: ['Windows', 'Chrome', '10.0'], device: { browser: 'Chrome', os: 'Windows' } },
  { baileys: ['Mac OS', 'Safari', '14.4'], device: { browser: 'Safari', os: 'Mac OS' } },
  { baileys: ['Linux', 'Firefox', '1.0'], device: { browser: 'Firefox', os: 'Linux' } },
] as const

describe.each(devices)('as $device.browser on $device.os', ({ baileys, device: options }) => {
  const device = resolveDevice(options, 'linux')

  it('companion_hello is Baileys’, byte for byte, but for the nonce', async () => {
    const { server, creds, sock, qr } = await register(baileys)
    await qr
    await sock.requestPairingCode(DIGITS, CODE)
    const { plaintext, stanza } = await server.sent(stage('companion_hello'))
    const wrapped = bytesAt(stanza, 'link_code_pairing_wrapped_companion_ephemeral_pub')
    const [salt, iv] = [wrapped.slice(0, 32), wrapped.slice(32, 48)]
    const key = await deriveCodeKey(CODE, salt)
    expect(toHex(unwrapPublicKey(key, wrapped))).toBe(toHex(creds.pairingEphemeralKeyPair.public))

    const ours = buildCompanionHello({
      id: stanza.attrs['id'] ?? '',
      digits: DIGITS,
      notify: true,
      wrappedEphemeral: wrapPublicKey({ key, salt, iv, publicKey: creds.pairingEphemeralKeyPair.public }),
      noisePublicKey: creds.noiseKey.public,
      companionPlatformId: device.companionPlatformId,
      display: device.display,
    })
    expect(toHex(bytesAt(ours, 'link_code_pairing_nonce'))).toBe('00')
    expect(textOf(part(stanza, 'link_code_pairing_nonce'))).toBe('0')
    expectSameBytes(withChild(ours, 'link_code_pairing_nonce', '0'), plaintext)
  })
})

describe('beside unmodified Baileys', () => {
  it('companion_finish is the same, byte for byte, and the adv secret too', async () => {
    const { server, creds, sock, qr } = await register(devices[0].baileys)
    await qr
    await sock.requestPairingCode(DIGITS, CODE)
    const hello = await server.sent(stage('companion_hello'))
    server.send(node('iq', { type: 'result', from: 's.whatsapp.net', id: hello.stanza.attrs['id'] ?? '' }))
    const salt = bytesFrom('phone salt')
    const ref = Buffer.from('the server’s reference')
    const wrapped = await wrapPrimaryEphemeral(CODE, PHONE.ephemeral.public, salt, bytesFrom('phone iv', 16))
    server.send(primaryHello({ ref, wrapped, identity: PHONE.identity.public }))

    const { plaintext, stanza } = await server.sent(stage('companion_finish'))
    const bundle = bytesAt(stanza, 'link_code_pairing_wrapped_key_bundle')
    const opened = openBundle(PHONE, creds.pairingEphemeralKeyPair.public, bundle)
    const agreement = agreeOnSecret({
      ephemeral: creds.pairingEphemeralKeyPair,
      identity: creds.signedIdentityKey,
      primaryEphemeral: unwrapPublicKey(await deriveCodeKey(CODE, salt), wrapped),
      primaryIdentity: PHONE.identity.public,
      random: opened.random,
      bundleSalt: bundle.slice(0, 32),
      nonce: bundle.slice(32, 44),
    })
    const ours = buildCompanionFinish({
      id: stanza.attrs['id'] ?? '',
      digits: DIGITS,
      wrappedBundle: agreement?.wrappedBundle ?? new Uint8Array(),
      identity: creds.signedIdentityKey.public,
      ref,
    })
    expectSameBytes(ours, plaintext)
    expect(Buffer.from(agreement?.advSecret ?? []).toString('base64')).toBe(creds.advSecretKey)
    expect(toHex(opened.advSecret)).toBe(toHex(agreement?.advSecret ?? []))
    server.send(node('iq', { type: 'result', from: 's.whatsapp.net', id: stanza.attrs['id'] ?? '' }))
  })

  it('the answer to pair-device is the same, byte for byte', async () => {
    const { server } = await register(devices[0].baileys)
    const { plaintext } = await server.sent((stanza) => stanza.tag === 'iq' && stanza.attrs['id'] === 'pd-1')
    expectSameBytes(buildPairDeviceAnswer(pairDevice()), plaintext)
  })

  it('the server is addressed in the same way', async () => {
    const { server } = await register(devices[0].baileys)
    const { plaintext } = await server.sent((stanza) => stanza.tag === 'iq' && stanza.attrs['id'] === 'pd-1')
    expect(toHex(encodeNode(buildPairDeviceAnswer(pairDevice())))).toBe(toHex(plaintext))
  })

  it('the first QR text is the same', async () => {
    const { creds, qr } = await register(['Windows', 'Edge', '1'])
    const ours = qrText({
      ref: '2@one',
      noisePublicKey: creds.noiseKey.public,
      identityPublicKey: creds.signedIdentityKey.public,
      advSecret: Buffer.from(creds.advSecretKey, 'base64'),
      companionPlatformId: resolveDevice({ browser: 'Edge' }, 'linux').companionPlatformId,
    })
    expect(ours).toBe(await qr)
  })

  it('the registration payload is the same, byte for byte', async () => {
    // Baileys has one name for both: the brand goes where our device name goes.
    const { server, creds } = await register(['Acme Sales', 'Chrome', '1'])
    const ours = buildRegistrationPayload({
      identity: {
        noiseKey: creds.noiseKey,
        identityKey: creds.signedIdentityKey,
        signedPreKey: { id: 1, keyPair: creds.signedPreKey.keyPair, signature: creds.signedPreKey.signature },
        registrationId: creds.registrationId,
        advSecret: Buffer.from(creds.advSecretKey, 'base64'),
      },
      device: resolveDevice({ name: 'Acme Sales', browser: 'Chrome' }, 'linux'),
      version: VERSION,
      country: 'US',
      fullHistory: true,
    })
    expect(toHex(ours)).toBe(toHex(await server.payload()))
  })
})
