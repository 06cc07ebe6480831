// The pure parts of the passkey ceremony (docs/protocol.md section 6), against Baileys' schema and node:crypto.
import { createHmac } from 'node:crypto'
import { hkdf } from 'baileys/lib/Utils/crypto.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import {
  continueCeremony,
  handoffKeyOf,
  handoffProof,
  prologuePayload,
  sealPairingRequest,
} from '../../src/linking/passkey/agreement.ts'
import { checkedAssertion } from '../../src/linking/passkey/assertion.ts'
import { type PasskeyRequest, readPasskeyRequest } from '../../src/linking/passkey/request.ts'
import { buildPairingRequest, buildPrologue, readContinuation } from '../../src/linking/passkey/stanzas.ts'
import { bytesOf, childOf, node, textOf } from '../../src/wire/nodes.ts'
import { bytesFrom, keyPairFrom, toHex } from './keys.ts'
import { linkErrorOf } from './link-errors.ts'
import {
  assertion,
  CEREMONY_REF,
  CHALLENGE,
  continuation,
  OPTIONS,
  openRequest,
  PRIMARY,
  readPrologue,
  sha256,
} from './passkey-primary.ts'

const FIREFOX = 2
const ephemeral = keyPairFrom('companion, passkey ceremony')
const nonce = bytesFrom('companion nonce')
const parts = { ephemeral: ephemeral.public, nonce, deviceType: FIREFOX, ref: CEREMONY_REF }
const soundRequest = (changes: object = {}): PasskeyRequest => {
  const read = readPasskeyRequest(JSON.stringify({ ...OPTIONS, ...changes }))
  if (read.kind !== 'request') throw new Error(read.kind)
  return read.request
}

describe('request options', () => {
  it('are handed out whole, with the challenge and the time to answer', () => {
    const request = soundRequest()
    expect(request).toEqual({ options: OPTIONS, challenge: CHALLENGE, allowed: [], timeoutMs: 600_000 })
  })

  it('without a time give ten minutes, and never more than an hour', () => {
    expect(soundRequest({ timeout: undefined }).timeoutMs).toBe(600_000)
    expect(soundRequest({ timeout: 1e12 }).timeoutMs).toBe(3_600_000)
  })

  it.each([undefined, '', 'text', '[]', '1', 'null', '"a"', '{', 'x'.repeat(20_000)])(
    'that are none are absent: %#',
    (text) => {
      expect(readPasskeyRequest(text)).toEqual({ kind: 'absent' })
    },
  )

  it.each([
    { challenge: undefined },
    { challenge: '' },
    { challenge: 7 },
    { challenge: 'a+b=' },
    { rpId: undefined },
    { rpId: 'example.org' },
    { rpId: 'evilwhatsapp.com' },
    { rpId: 'whatsapp.com.example.org' },
    { timeout: 'soon' },
    { timeout: 0 },
    { timeout: -1 },
    { allowCredentials: {} },
    { allowCredentials: ['id'] },
    { allowCredentials: [{ type: 'public-key' }] },
    { allowCredentials: [{ id: 'ok' }, { id: '+' }] },
  ])('with a malformed member are refused and not mended: %j', (changes) => {
    expect(readPasskeyRequest(JSON.stringify({ ...OPTIONS, ...changes })).kind).toBe('malformed')
  })

  it('for a name under whatsapp.com are sound', () => {
    expect(soundRequest({ rpId: 'web.whatsapp.com' }).challenge).toBe(CHALLENGE)
  })
})

describe('an assertion', () => {
  it('goes out with exactly the members that WhatsApp knows, its credential id decoded', () => {
    const { credentialId, json } = checkedAssertion(assertion(), soundRequest())
    expect(Buffer.from(credentialId).toString()).toBe('a credential')
    const { id, rawId, type, response } = assertion()
    const { clientDataJSON, authenticatorData, signature, userHandle } = response
    expect(JSON.parse(json)).toEqual({
      id,
      rawId,
      type,
      response: { clientDataJSON, authenticatorData, signature, userHandle },
    })
  })

  it('may name its user, or leave that out', () => {
    const { response } = assertion()
    const named = { ...assertion(), response: { ...response, userHandle: 'dXNlcg' } }
    expect(JSON.parse(checkedAssertion(named, soundRequest()).json).response.userHandle).toBe('dXNlcg')
    const { userHandle: _, ...bare } = response
    expect(
      JSON.parse(checkedAssertion({ ...assertion(), response: bare }, soundRequest()).json).response.userHandle,
    ).toBe(null)
  })

  it('of another passkey than those asked for is refused', () => {
    const id = assertion().rawId
    expect(() => checkedAssertion(assertion(), soundRequest({ allowCredentials: [{ id: 'b3RoZXI' }] }))).toThrow(
      /another passkey/,
    )
    expect(() =>
      checkedAssertion(assertion(), soundRequest({ allowCredentials: [{ id: 'b3RoZXI' }, { id }] })),
    ).not.toThrow()
  })

  const response = (changes: object) => ({ response: { ...assertion().response, ...changes } })
  const clientData = (changes: object) =>
    response({
      clientDataJSON: Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge: CHALLENGE, ...changes })).toString(
        'base64url',
      ),
    })

  it.each([
    ['no object', 'text'],
    ['nothing', undefined],
    ['a list', []],
    ['another type', assertion({ type: 'password' })],
    ['no rawId', assertion({ rawId: undefined })],
    ['another id', assertion({ id: 'b3RoZXI' })],
    ['padding', assertion({ id: 'YQ==', rawId: 'YQ==' })],
    ['no response', assertion({ response: undefined })],
    ['no signature', assertion(response({ signature: undefined }))],
    ['bytes for data', assertion(response({ authenticatorData: new Uint8Array(3) }))],
    ['a number for a user', assertion(response({ userHandle: 3 }))],
    ['client data that is not JSON', assertion(response({ clientDataJSON: 'YQ' }))],
    ['a registration', assertion(clientData({ type: 'webauthn.create' }))],
    ['another challenge', assertion(clientData({ challenge: 'b3RoZXI' }))],
  ])('with %s is refused, and the error holds nothing of it', (_name, given: unknown) => {
    const error = linkErrorOf(() => checkedAssertion(given, soundRequest()))
    expect(error).toMatchObject({ code: 'invalid-options' })
    expect(`${error.message} ${error.advice}`).not.toMatch(/c2lnbmF0dXJl|Y2hhbGxlbmdl|YSBjcmVkZW50aWFs/)
  })

  it('is refused or read, whatever is given', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        expect(() => checkedAssertion(given, soundRequest())).toThrow(LinkError)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the prologue', () => {
  const prologue = (proof?: Uint8Array) =>
    readPrologue(
      buildPrologue('1', {
        assertion: checkedAssertion(assertion(), soundRequest()),
        payload: prologuePayload(parts),
        proof,
      }),
    )

  it('commits to the serialized identity and then the nonce, in this order', () => {
    const { identity, hash } = prologue()
    expect(toHex(hash)).toBe(toHex(sha256(identity, nonce)))
    expect(toHex(hash)).not.toBe(toHex(sha256(nonce, identity)))
  })

  it('names our key, the number of our registration and the ref', () => {
    expect(prologue()).toMatchObject({ deviceType: FIREFOX, ref: CEREMONY_REF })
    expect(toHex(prologue().publicKey)).toBe(toHex(ephemeral.public))
  })

  it('has its children in order: credential, assertion, payload, and a proof when there is one', () => {
    const given = checkedAssertion(assertion(), soundRequest())
    const tags = (proof: Uint8Array | undefined) => {
      const iq = buildPrologue('1', { assertion: given, payload: prologuePayload(parts), proof })
      const content = childOf(iq, 'passkey_prologue')?.content
      return Array.isArray(content) ? content.map(({ tag }) => tag) : []
    }
    expect(tags(undefined)).toEqual(['credential_id', 'webauthn_assertion', 'prologue_payload'])
    expect(tags(bytesFrom('proof'))).toEqual([
      'credential_id',
      'webauthn_assertion',
      'prologue_payload',
      'pairing_handoff_proof',
    ])
  })

  it('is proven by an HMAC over the payload, under a key of the adv secret', () => {
    const secret = bytesFrom('the secret that the phone knows')
    const key = hkdf(secret, 32, { info: 'shortcake-passkey-handoff-v1' })
    const payload = prologuePayload(parts)
    const expected = createHmac('sha256', key).update(payload).digest()
    expect(toHex(handoffProof(handoffKeyOf(secret), payload))).toBe(toHex(expected))
  })
})

describe('the continuation', () => {
  const continued = (changes: object = {}) =>
    continueCeremony({
      ephemeral,
      nonce,
      deviceType: FIREFOX,
      ref: CEREMONY_REF,
      primaryKey: PRIMARY.ephemeral.public,
      primaryNonce: PRIMARY.nonce,
      ...changes,
    })

  it('shows the code of known bytes', () => {
    const mask = sha256(nonce, PRIMARY.ephemeral.public)
    const nonceFor = (bytes: readonly number[]) =>
      Buffer.from(bytes.map((byte, at) => byte ^ (mask[at] ?? 0)).concat(new Array(27).fill(0)))
    expect(continued({ primaryNonce: nonceFor([0, 0, 0, 0, 0]) })?.code).toBe('1111-1111')
    expect(continued({ primaryNonce: nonceFor([255, 255, 255, 255, 255]) })?.code).toBe('ZZZZ-ZZZZ')
    // 00001 00010 00011 00100 00101 00110 00111 01000
    expect(continued({ primaryNonce: nonceFor([0x08, 0x86, 0x42, 0x98, 0xe8]) })?.code).toBe('2345-6789')
  })

  it('seals a request that the phone opens with the salt of Firefox, 2, and not of its companion platform id, 3', () => {
    const key = continued()?.key ?? new Uint8Array()
    const given = {
      noisePublicKey: bytesFrom('noise'),
      identityPublicKey: bytesFrom('identity'),
      newSecret: bytesFrom('new'),
    }
    const iq = buildPairingRequest('1', sealPairingRequest({ key, iv: bytesFrom('iv', 12), ...given }))
    const opened = openRequest(iq, { publicKey: ephemeral.public, deviceType: FIREFOX, ref: CEREMONY_REF })
    expect(
      [opened.companionPublicKey, opened.companionIdentityKey, opened.advSecret].map((bytes) => toHex(bytes ?? [])),
    ).toEqual([given.noisePublicKey, given.identityPublicKey, given.newSecret].map(toHex))
    expect(() => openRequest(iq, { publicKey: ephemeral.public, deviceType: 3, ref: CEREMONY_REF })).toThrow()
    expect(() => openRequest(iq, { publicKey: ephemeral.public, deviceType: FIREFOX, ref: 'other' })).toThrow()
  })

  it('with a key of low order is none', () => {
    expect(continued({ primaryKey: new Uint8Array(32) })).toBeUndefined()
    expect(continued({ primaryKey: Buffer.from([1, ...new Array(31).fill(0)]) })).toBeUndefined()
  })

  it('is found by its name, with both parts of 32 bytes', () => {
    const half = readContinuation(continuation())
    expect(toHex(half?.publicKey ?? [])).toBe(toHex(PRIMARY.ephemeral.public))
    for (const changes of [{ key: new Uint8Array(31) }, { nonce: new Uint8Array(33) }, { key: new Uint8Array(0) }])
      expect(readContinuation(continuation(changes))).toBeUndefined()
    expect(
      readContinuation(node('notification', {}, [node('primary_ephemeral_identity', {}, Buffer.from([255]))])),
    ).toBeUndefined()
    expect(readContinuation(node('notification'))).toBeUndefined()
    expect(textOf(node('x')) ?? bytesOf(node('x'))).toBeUndefined()
  })
})
