import { createHash, createHmac, randomBytes } from 'node:crypto'
import { aesEncryptGCM, Curve, hkdf, proto } from 'baileys'
import { expect, test } from 'vitest'
import type { Emulator, Phone } from '../../src/emulator/index.ts'
import { bytesOf, childOf, childrenOf, type Node, node, textOf } from '../../src/wire/nodes.ts'
import { isPairSuccess, sign } from './companion-signature.ts'
import { finish, isNotification, openRegistration, type RawCompanion, sendHello } from './raw-companion.ts'
import { emulatorForTest, NUMBER, phoneErrorOf, stillClock } from './steps.ts'

const CODE = '1234ABCD'
const FIREFOX = 2
const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')
const errorOf = (answer: Node): string | undefined => childOf(answer, 'error')?.attrs['code']
const md = (raw: RawCompanion, type: 'get' | 'set', content: Node): Promise<Node> =>
  raw.ask({ xmlns: 'md', type }, [content])

/** The request that comes, acked; gives its challenge. */
async function requested(raw: RawCompanion): Promise<string> {
  const request = await raw.next(isNotification('passkey_prologue_request'))
  raw.ack(request)
  const options = JSON.parse(textOf(childOf(request, 'passkey_request_options')) ?? '')
  expect(options).toMatchObject({
    rpId: 'whatsapp.com',
    timeout: 600_000,
    allowCredentials: [],
    userVerification: 'required',
  })
  return options.challenge
}

interface Changes {
  readonly challenge?: string
  readonly clientType?: string
  readonly ref?: string
  readonly deviceType?: number
  readonly credentialId?: Uint8Array
  readonly proof?: Uint8Array
}

/** Everything up to the prologue's answer. */
async function prologue(raw: RawCompanion, challenge: string, secret: Uint8Array | undefined, changes: Changes = {}) {
  const ref = textOf(childOf(await md(raw, 'get', node('ref')), 'ref')) ?? ''
  const pair = Curve.generateKeyPair()
  const nonce = randomBytes(32)
  const deviceType = changes.deviceType ?? FIREFOX
  const identity = proto.CompanionEphemeralIdentity.encode({
    publicKey: pair.public,
    deviceType,
    ref: changes.ref ?? ref,
  }).finish()
  const hash = createHash('sha256').update(identity).update(nonce).digest()
  const payload = proto.ProloguePayload.encode({ companionEphemeralIdentity: identity, commitment: { hash } }).finish()
  const handoff = secret && hkdf(Buffer.from(secret), 32, { info: 'shortcake-passkey-handoff-v1' })
  const proof = changes.proof ?? (handoff && createHmac('sha256', handoff).update(payload).digest())
  const credentialId = randomBytes(16)
  const clientData = {
    type: changes.clientType ?? 'webauthn.get',
    challenge: changes.challenge ?? challenge,
    origin: 'https://web.whatsapp.com',
  }
  const assertion = {
    id: base64url(credentialId),
    rawId: base64url(credentialId),
    type: 'public-key',
    response: {
      clientDataJSON: base64url(JSON.stringify(clientData)),
      authenticatorData: base64url(randomBytes(37)),
      signature: base64url(randomBytes(70)),
      userHandle: null,
    },
  }
  const answer = await md(
    raw,
    'set',
    node('passkey_prologue', {}, [
      node('credential_id', {}, changes.credentialId ?? credentialId),
      node('webauthn_assertion', {}, Buffer.from(JSON.stringify(assertion))),
      node('prologue_payload', {}, payload),
      ...(proof === undefined ? [] : [node('pairing_handoff_proof', {}, proof)]),
    ]),
  )
  return { answer, ref, pair, nonce }
}

/** From the continuation to the pairing request; gives its answer and the new secret. */
async function pairingRequest(raw: RawCompanion, sent: Awaited<ReturnType<typeof prologue>>) {
  const continuation = await raw.next(isNotification('crsc_continuation'))
  raw.ack(continuation)
  const primary = proto.PrimaryEphemeralIdentity.decode(
    bytesOf(childOf(continuation, 'primary_ephemeral_identity')) ?? new Uint8Array(),
  )
  expect([primary.publicKey?.length, primary.nonce?.length]).toEqual([32, 32])
  expect((await md(raw, 'set', node('companion_nonce', {}, sent.nonce))).attrs['type']).toBe('result')
  const shared = Curve.sharedKey(sent.pair.private, primary.publicKey ?? new Uint8Array())
  const salt = Buffer.from(`Companion Pairing ${FIREFOX} with ref ${sent.ref}`)
  const key = hkdf(Buffer.from(shared), 32, { salt, info: 'Pairing Information Encryption Key' })
  const secret = randomBytes(32)
  const iv = randomBytes(12)
  const request = proto.PairingRequest.encode({
    companionPublicKey: raw.creds.noiseKey.public,
    companionIdentityKey: raw.creds.signedIdentityKey.public,
    advSecret: secret,
  }).finish()
  const encrypted = { encryptedPayload: aesEncryptGCM(request, key, iv, Buffer.alloc(0)), iv }
  const bytes = proto.EncryptedPairingRequest.encode(encrypted).finish()
  return { answer: await md(raw, 'set', node('encrypted_pairing_request', {}, bytes)), secret }
}

async function companion(emulator: Emulator) {
  return openRegistration(emulator, { browser: ['Linux', 'Firefox', '1'] })
}

/** A code was typed and answered; the phone knows the secret in it. */
async function afterCode(emulator: Emulator, phone: Phone) {
  const raw = await companion(emulator)
  const { ephemeral } = await sendHello(raw, CODE, NUMBER)
  const outcome = phone.enterCode(CODE).then(
    ({ jid }) => jid,
    ({ code }) => code,
  )
  const hello = await raw.next(isNotification('link_code_companion_reg', 'primary_hello'))
  raw.ack(hello)
  const { advSecret } = await finish(raw, hello, { code: CODE, number: NUMBER, ephemeral })
  return { raw, outcome, advSecret }
}

function qrOf(raw: RawCompanion & { readonly refs: readonly string[] }): string {
  const keys = [raw.creds.noiseKey.public, raw.creds.signedIdentityKey.public].map((key) =>
    Buffer.from(key).toString('base64'),
  )
  return [raw.refs[0], ...keys, raw.creds.advSecretKey, '3'].join(',')
}

test('a phone with a passkey asks for it after the code, takes the proof, and links under the new secret', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER, { passkey: true })
  const { raw, outcome, advSecret } = await afterCode(emulator, phone)
  const challenge = await requested(raw)
  const again = await md(raw, 'get', node('passkey_request_options'))
  expect(JSON.parse(textOf(childOf(again, 'passkey_request_options')) ?? '')).toMatchObject({ challenge })

  const sent = await prologue(raw, challenge, advSecret)
  expect(sent.answer.attrs['type']).toBe('result')
  const { answer, secret } = await pairingRequest(raw, sent)
  expect(answer.attrs['type']).toBe('result')
  const success = await raw.next(isPairSuccess)
  expect(() => sign(raw, success, advSecret)).toThrow('Invalid account signature')
  sign(raw, success, secret)
  expect(await outcome).toBe('12025550123:1@s.whatsapp.net')
  expect(phone.linkedDevices()).toHaveLength(1)
})

test('a phone with a passkey asks for it after a scan, and takes the comparison of codes in place of a proof', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER, { passkey: true })
  const raw = await companion(emulator)
  const linked = phone.scanQr(qrOf(raw))
  const { secret } = await pairingRequest(raw, await prologue(raw, await requested(raw), undefined))
  sign(raw, await raw.next(isPairSuccess), secret)
  expect(await linked).toEqual({ jid: '12025550123:1@s.whatsapp.net' })
})

test('the server can ask for a passkey instead of a complete primary_hello', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  const raw = await companion(emulator)
  await sendHello(raw, CODE, NUMBER)
  const linked = phone.enterCode(CODE)
  const keyless = await raw.next(isNotification('link_code_companion_reg'))
  raw.ack(keyless)
  expect(childrenOf(childOf(keyless, 'link_code_companion_reg'))).toEqual([])
  const { secret } = await pairingRequest(raw, await prologue(raw, await requested(raw), undefined))
  sign(raw, await raw.next(isPairSuccess), secret)
  expect(await linked).toEqual({ jid: '12025550123:1@s.whatsapp.net' })
})

test.each(['companion_finish', 'pair_success'] as const)('the server can ask for a passkey at %s', async (at) => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER)
  emulator.tamper({ at, with: 'passkey' })
  const { raw, outcome, advSecret } = await afterCode(emulator, phone)
  const { secret } = await pairingRequest(raw, await prologue(raw, await requested(raw), advSecret))
  sign(raw, await raw.next(isPairSuccess), secret)
  expect(await outcome).toBe('12025550123:1@s.whatsapp.net')
})

test.each<[string, Changes]>([
  ['another challenge', { challenge: 'AAAA' }],
  ['another ceremony', { clientType: 'webauthn.create' }],
  ['another credential', { credentialId: randomBytes(16) }],
  ['another ref', { ref: '4@other' }],
  ['another device type', { deviceType: 3 }],
  ['a wrong proof', { proof: randomBytes(32) }],
])('a prologue with %s is refused, and the phone with it', async (_name, changes) => {
  const emulator = await emulatorForTest()
  const { raw, outcome, advSecret } = await afterCode(emulator, emulator.addPhone(NUMBER, { passkey: true }))
  const { answer } = await prologue(raw, await requested(raw), advSecret, changes)
  expect(errorOf(answer)).toBe('400')
  expect(await outcome).toBe('refused')
})

test('a nonce that does not open the commitment is refused', async () => {
  const emulator = await emulatorForTest()
  const { raw, outcome, advSecret } = await afterCode(emulator, emulator.addPhone(NUMBER, { passkey: true }))
  await prologue(raw, await requested(raw), advSecret)
  expect(errorOf(await md(raw, 'set', node('companion_nonce', {}, randomBytes(32))))).toBe('400')
  expect(await outcome).toBe('refused')
})

test('a pairing request before the nonce, or one that does not open, is refused', async () => {
  const emulator = await emulatorForTest()
  const phone = emulator.addPhone(NUMBER, { passkey: true })
  const early = await afterCode(emulator, phone)
  await prologue(early.raw, await requested(early.raw), early.advSecret)
  expect(errorOf(await md(early.raw, 'set', node('encrypted_pairing_request', {}, randomBytes(50))))).toBe('400')
  expect(await early.outcome).toBe('refused')

  const shut = await afterCode(emulator, phone)
  const sent = await prologue(shut.raw, await requested(shut.raw), shut.advSecret)
  const { answer } = await pairingRequest(shut.raw, { ...sent, ref: `${sent.ref}x` })
  expect(errorOf(answer)).toBe('400')
  expect(await shut.outcome).toBe('refused')
})

test('a request that nobody answers is over after ten minutes, and the connection stays until then', async () => {
  const emulator = await emulatorForTest({ clock: stillClock() })
  const phone = emulator.addPhone(NUMBER, { passkey: true })
  const raw = await companion(emulator)
  const outcome = phoneErrorOf(phone.scanQr(qrOf(raw)))
  await requested(raw)
  await emulator.advance(599_999)
  expect(raw.isClosed).toBe(false)
  await emulator.advance(1)
  expect(await outcome).toBe('timeout')
  await emulator.advance(10_000)
  await raw.closed
})
