// The passkey gate through link(): what a program sees, and what reaches WhatsApp (docs/protocol.md section 6).
import { expect, test } from 'vitest'
import type { LinkOptions } from '../../../src/index.ts'
import { childOf } from '../../../src/wire/nodes.ts'
import { type Stage, sentBy, setStage, type Watched } from './stage.ts'

const GATED = '+12025550144'
const WAIT = { passkey: 'wait', firstLogin: false } as const

/** A stage whose phone has a passkey. */
async function gated() {
  const stage = await setStage()
  return { ...stage, phone: stage.emulator.addPhone(GATED, { passkey: true }) }
}

const typedInto = async (phone: Stage['phone'], watched: Watched): Promise<string> => {
  const { code } = await watched.event('code')
  return phone.enterCode(code).then(
    ({ jid }) => jid,
    (error: { code: string }) => error.code,
  )
}

const prologues = ({ emulator }: Pick<Stage, 'emulator'>) =>
  sentBy(emulator, 'client').flatMap((stanza) => childOf(stanza, 'passkey_prologue') ?? [])

test('a code, then a passkey: the phone that knows us shows no code, and the account is linked', async () => {
  const { phone, link, store } = await gated()
  const watched = link({ phone: GATED, passkey: 'wait' })
  const typed = typedInto(phone, watched)
  const { options, expiresAt, respond } = await watched.event('passkey')
  expect(options).toMatchObject({ rpId: 'whatsapp.com', userVerification: 'required' })
  expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(500_000)
  expect(watched.linking.state).toBe('passkey')
  expect(await store.list()).toEqual([])
  await respond(phone.confirmPasskey(options))
  const { jid } = await watched.linking.result
  expect(await typed).toBe(jid)
  expect(watched.types()).toEqual(['connecting', 'code', 'confirming', 'passkey', 'paired', 'online'])
  expect(phone.linkedDevices()).toMatchObject([{ jid, online: true }])
})

test('a scan, then a passkey: the proof is under the secret of the picture', async () => {
  const stage = await gated()
  const { phone, link } = stage
  const watched = link({ ...WAIT, phone: undefined })
  void phone.scanQr((await watched.event('qr')).data).catch(() => {})
  const { options, respond } = await watched.event('passkey')
  await respond(phone.confirmPasskey(options))
  await watched.linking.result
  expect(watched.types()).not.toContain('verify')
  expect(prologues(stage).map((prologue) => childOf(prologue, 'pairing_handoff_proof') !== undefined)).toEqual([true])
})

test('a passkey in the place of the phone’s keys: both screens show the same code, and nothing goes on before the yes', async () => {
  const stage = await setStage()
  const { phone, emulator, link, clock } = stage
  emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  const watched = link(WAIT)
  const typed = typedInto(phone, watched)
  const { options, respond } = await watched.event('passkey')
  await respond(phone.confirmPasskey(options))
  const { code, confirm } = await watched.event('verify')
  expect(await phone.comparison()).toEqual({ code })
  expect(watched.linking.state).toBe('verify')
  await clock.advance(120_000)
  expect(sentBy(emulator, 'client').some((stanza) => childOf(stanza, 'encrypted_pairing_request'))).toBe(false)
  expect(prologues(stage).map((prologue) => childOf(prologue, 'pairing_handoff_proof'))).toEqual([undefined])
  await confirm()
  const { jid } = await watched.linking.result
  expect(await typed).toBe(jid)
  await expect(confirm()).rejects.toMatchObject({ code: 'passkey-required' })
})

test('a person who says that the codes differ: verification-failed, and nothing more is sent', async () => {
  const { phone, emulator, link, store } = await setStage()
  emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  const watched = link(WAIT)
  const typed = typedInto(phone, watched)
  const { options, respond } = await watched.event('passkey')
  await respond(phone.confirmPasskey(options))
  const { confirm } = await watched.event('verify')
  const sent = sentBy(emulator, 'client').length
  await confirm(false)
  await expect(watched.linking.result).rejects.toMatchObject({ code: 'verification-failed' })
  expect(await typed).toBe('no-request')
  expect(sentBy(emulator, 'client')).toHaveLength(sent)
  expect(await store.list()).toEqual([])
})

test('five minutes later the proof is too old: the codes are compared', async () => {
  const { phone, clock, link } = await gated()
  const watched = link({ ...WAIT, phone: GATED, timeoutMs: 1_200_000 })
  void typedInto(phone, watched)
  const { options, respond } = await watched.event('passkey')
  await clock.advance(300_000)
  await respond(phone.confirmPasskey(options))
  await (await watched.event('verify')).confirm()
  await watched.linking.result
})

test('an answer that does not fit is refused here, and the next one links', async () => {
  const stage = await gated()
  const { phone, link } = stage
  const watched = link({ ...WAIT, phone: GATED })
  void typedInto(phone, watched)
  const { options, respond } = await watched.event('passkey')
  const wrong = [undefined, {}, phone.confirmPasskey({ challenge: 'AAAA', rpId: 'whatsapp.com' })]
  for (const answer of wrong) await expect(respond(answer)).rejects.toMatchObject({ code: 'invalid-options' })
  expect(prologues(stage)).toEqual([])
  await respond(phone.confirmPasskey(options))
  await expect(respond(phone.confirmPasskey(options))).rejects.toMatchObject({ code: 'passkey-required' })
  await watched.linking.result
  expect(prologues(stage)).toHaveLength(1)
})

test('a signature that WhatsApp refuses ends the attempt with its number; a new link may try again', async () => {
  const { phone, link, store } = await gated()
  const watched = link({ ...WAIT, phone: GATED })
  const typed = typedInto(phone, watched)
  const { options, respond } = await watched.event('passkey')
  const right = phone.confirmPasskey(options)
  await respond({ ...right, response: { ...right.response, signature: 'AAAA' } })
  await expect(watched.linking.result).rejects.toMatchObject({ code: 'rejected', status: 400, retryable: true })
  expect(await typed).toBe('refused')
  expect(await store.list()).toEqual([])
})

test('nobody confirms: passkey-required, after the time that WhatsApp gave', async () => {
  const { phone, clock, link } = await gated()
  const watched = link({ ...WAIT, phone: GATED, timeoutMs: 1_200_000 })
  void typedInto(phone, watched)
  const { expiresAt, respond } = await watched.event('passkey')
  expect(expiresAt.getTime()).toBeGreaterThan(clock.now() + 590_000)
  await clock.advance(600_000)
  await expect(watched.linking.result).rejects.toMatchObject({ code: 'passkey-required', retryable: true })
  await expect(respond({})).rejects.toMatchObject({ code: 'passkey-required' })
})

test('the whole attempt’s limit holds in the ceremony as well', async () => {
  const { phone, clock, link } = await gated()
  const watched = link({ ...WAIT, phone: GATED, timeoutMs: 60_000 })
  void typedInto(phone, watched)
  const { expiresAt } = await watched.event('passkey')
  expect(expiresAt.getTime()).toBeLessThanOrEqual(clock.now() + 60_000)
  await clock.advance(60_000)
  await expect(watched.linking.result).rejects.toMatchObject({ code: 'passkey-required', retryable: true })
})

test('the connection breaks while somebody confirms: said at once, the old request takes no answer, a new code links', async () => {
  const { phone, emulator, link } = await gated()
  const watched = link({ ...WAIT, phone: GATED })
  void typedInto(phone, watched)
  const first = await watched.event('passkey')
  emulator.streamError(503)
  expect(await watched.event('code-expired')).toMatchObject({ reason: 'disconnected', manual: false })
  await expect(first.respond(phone.confirmPasskey(first.options))).rejects.toMatchObject({ code: 'passkey-required' })
  const { code } = await watched.event('code', 2)
  void phone.enterCode(code).catch(() => {})
  const second = await watched.event('passkey', 2)
  await second.respond(phone.confirmPasskey(second.options))
  await watched.linking.result
})

test('cancel ends the ceremony', async () => {
  const { phone, link, store } = await gated()
  const watched = link({ ...WAIT, phone: GATED })
  const typed = typedInto(phone, watched)
  await watched.event('passkey')
  await watched.linking.cancel()
  await expect(watched.linking.result).rejects.toMatchObject({ code: 'cancelled' })
  expect(await typed).toBe('no-request')
  expect(await store.list()).toEqual([])
})

test('refresh starts over with a new code', async () => {
  const { phone, link } = await gated()
  const watched = link({ ...WAIT, phone: GATED })
  void typedInto(phone, watched)
  await watched.event('passkey')
  await watched.linking.refresh()
  expect(await watched.event('code-expired')).toMatchObject({ reason: 'refresh' })
  const { code } = await watched.event('code', 2)
  void phone.enterCode(code).catch(() => {})
  const { options, respond } = await watched.event('passkey', 2)
  await respond(phone.confirmPasskey(options))
  await watched.linking.result
})

test.each<[string, Partial<LinkOptions>]>([
  ['fail, the default,', {}],
  ['wait with a phone that asks for nothing', { passkey: 'wait' }],
])('passkey: %s changes nothing for an account without the gate', async (_name, options) => {
  const { phone, link } = await setStage()
  const watched = link({ ...options, firstLogin: false })
  await typedInto(phone, watched)
  await watched.linking.result
  expect(watched.types()).not.toContain('passkey')
})
