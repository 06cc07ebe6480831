import { Agent as HttpsAgent } from 'node:https'
import { expect, test } from 'vitest'
import { startForgedEmulator } from '../../../src/emulator/emulator.ts'
import { type CertificateDefect, LinkError } from '../../../src/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { childOf } from '../../../src/wire/nodes.ts'
import { NUMBER, type Stage, sentBy, setStage, type Watched } from './stage.ts'

const TIMES = 3

/** Lets each announced wait pass, and gives the error that the link ends with. */
async function failure({ clock }: Stage, { linking, event }: Watched): Promise<LinkError> {
  const ended = linking.result.then(
    () => 'linked' as const,
    (error: unknown) => error,
  )
  for (let retries = 1; ; retries += 1) {
    const next = await Promise.race([ended, event('retrying', retries).catch(() => ended)])
    if (next instanceof LinkError) return next
    if (typeof next !== 'object' || next === null || !('inMs' in next)) throw new Error(`it ended with ${String(next)}`)
    await clock.advance((next as { inMs: number }).inMs)
  }
}

/** How often WhatsApp was asked to accept a code. */
function asked({ emulator }: Stage): number {
  return sentBy(emulator, 'client').filter((stanza) => childOf(stanza, 'link_code_companion_reg') !== undefined).length
}

async function linksNow(stage: Stage, options = {}): Promise<void> {
  const { linking, event } = stage.link(options)
  await stage.phone.enterCode((await event('code')).code)
  await expect(linking.result).resolves.toMatchObject({ session: 'sales' })
}

test.each([
  [400, 'rejected', 400, TIMES],
  [403, 'forbidden', 403, 1],
  [429, 'rate-limited', 429, 1],
  [452, 'not-available', 452, 1],
  [500, 'server-error', 500, TIMES],
  [418, 'rejected', 418, 1],
] as const)(
  'refused with %i: no code, %s, nothing stored, and the same name links afterwards',
  async (code, expected, status, tries) => {
    const stage = await setStage()
    stage.emulator.fail({ at: 'companion_hello', code, times: TIMES })
    const watched = stage.link()
    const error = await failure(stage, watched)
    expect(error).toMatchObject({ code: expected, status })
    expect(watched.types()).not.toContain('code')
    expect(watched.types().filter((type) => type === 'retrying')).toHaveLength(tries - 1)
    expect(watched.types().at(-1)).toBe('failed')
    expect(await stage.store.list()).toEqual([])
    stage.emulator.fail({ at: 'companion_hello', code, times: 0 })

    if (code === 400 || code === 429) {
      expect(error.retryAfterMs).toBe(60_000)
      await expect(stage.link().linking.result).rejects.toMatchObject({ code: 'rate-limited' })
      await stage.clock.advance(60_000)
    }
    await linksNow(stage)
  },
)

test('after a refusal that makes the account wait, a fresh store links at once', async () => {
  const stage = await setStage()
  stage.emulator.fail({ at: 'companion_hello', code: 429, backoffS: 900 })
  const error = await failure(stage, stage.link())
  expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 900_000, retryable: true })
  const store = await openStore('memory:')
  await linksNow(stage, { store })
  await store.close()
})

test('silence: no code, a named limit, nothing stored, and the same name links afterwards', async () => {
  const stage = await setStage()
  stage.emulator.hold({ at: 'companion_hello', times: TIMES })
  const watched = stage.link()
  const ended = failure(stage, watched)
  for (let tries = 1; tries <= TIMES; tries += 1) {
    await expect.poll(() => asked(stage)).toBe(tries)
    await stage.clock.advance(30_000)
  }
  const error = await ended
  expect(error).toMatchObject({ code: 'network', retryable: true })
  expect(error.message).toContain('30000 ms')
  expect(watched.types()).not.toContain('code')
  expect(await stage.store.list()).toEqual([])
  await linksNow(stage)
})

test('a text that contradicts its code is an unknown refusal and is not tried again', async () => {
  const stage = await setStage()
  stage.emulator.fail({ at: 'companion_hello', code: 400, text: 'rate-overlimit' })
  const watched = stage.link()
  expect(await failure(stage, watched)).toMatchObject({ code: 'rejected', status: 400, retryable: false })
  expect(watched.types()).not.toContain('retrying')
})

test('one refusal with 400 is tried again, and the code that comes then links', async () => {
  const stage = await setStage()
  stage.emulator.fail({ at: 'companion_hello', code: 400 })
  const { linking, event } = stage.link()
  const { attempt, attempts, inMs, error } = await event('retrying')
  expect({ attempt, attempts, inMs }).toEqual({ attempt: 2, attempts: 3, inMs: 5_000 })
  expect(error).toMatchObject({ code: 'rejected', status: 400 })
  await stage.clock.advance(inMs)
  await stage.phone.enterCode((await event('code')).code)
  await linking.result
})

test('a number that is not on WhatsApp is rejected, and no code is shown', async () => {
  const stage = await setStage()
  const watched = stage.link({ phone: '+12025550199' })
  expect(await failure(stage, watched)).toMatchObject({ code: 'rejected', status: 400 })
  expect(watched.types()).not.toContain('code')
})

test.each([
  'incomplete',
  'intermediate-signature',
  'intermediate-issuer',
  'leaf-signature',
  'leaf-issuer',
  'key-mismatch',
  'dates',
] as const)(
  'a forged server (%s) is refused with its reason, and learns nothing',
  async (defect: CertificateDefect) => {
    const emulator = await startForgedEmulator(defect)
    const stage = await setStage({ emulator })
    const watched = stage.link()
    const error = await failure(stage, watched)
    expect(error).toMatchObject({ code: 'untrusted-server', reason: defect })
    if (defect === 'dates') expect(error.advice).toContain('clock')
    expect(watched.types()).toEqual(['connecting', 'failed'])
    expect(emulator.stanzas).toEqual([])
  },
)

test.each(['hmac', 'signature'] as const)(
  'a forged %s is refused: 401 is answered and nothing is stored',
  async (part) => {
    const stage = await setStage()
    stage.emulator.tamper({ at: 'pair_success', with: part })
    const watched = stage.link()
    const { code } = await watched.event('code')
    await expect(stage.phone.enterCode(code)).rejects.toMatchObject({ code: 'refused' })
    expect(await failure(stage, watched)).toMatchObject({ code: 'verification-failed' })
    expect(await stage.store.list()).toEqual([])
    expect(stage.phone.linkedDevices()).toEqual([])
    const answers = sentBy(stage.emulator, 'client').filter(({ tag, attrs }) => tag === 'iq' && attrs.type === 'error')
    expect(answers.map((answer) => childOf(answer, 'error')?.attrs)).toEqual([{ code: '401', text: 'not-authorized' }])
    await linksNow(stage)
  },
)

test.each([400, 500])('a refused confirmation (%i) ends the attempt with its number', async (code) => {
  const stage = await setStage()
  stage.emulator.fail({ at: 'companion_finish', code })
  const watched = stage.link()
  void stage.phone.enterCode((await watched.event('code')).code).catch(() => {})
  expect(await failure(stage, watched)).toMatchObject({
    code: code === 400 ? 'rejected' : 'server-error',
    status: code,
  })
  expect(await stage.store.list()).toEqual([])
})

test('a server that wants a newer client is named', async () => {
  const stage = await setStage()
  stage.emulator.fail({ at: 'login', code: 405 })
  const { linking, event } = stage.link()
  await stage.phone.enterCode((await event('code')).code)
  await expect(linking.result).rejects.toMatchObject({ code: 'outdated-version', status: 405 })
  expect(await stage.store.get('sales')).toMatchObject({ state: 'unconfirmed' })
})

test.each([
  ['of https for a ws address', new HttpsAgent()],
  ['that throws', { addRequest: () => expect.fail('no line') }],
])('an agent %s is named, and the number is free at once', async (_, agent) => {
  const stage = await setStage()
  const { linking } = stage.link({ agent: agent as never })
  await expect(linking.result).rejects.toMatchObject({
    code: 'invalid-options',
    message: expect.stringContaining('agent'),
    cause: expect.any(Error),
  })
  for (let times = 1; times < 3; times += 1) {
    const again = stage.link({ agent: agent as never })
    await expect(again.linking.result).rejects.toMatchObject({ code: 'invalid-options' })
  }
  await linksNow(stage)
})

test('a passkey gate has a name', async () => {
  const stage = await setStage()
  stage.emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  const watched = stage.link()
  void stage.phone.enterCode((await watched.event('code')).code).catch(() => {})
  expect(await failure(stage, watched)).toMatchObject({ code: 'passkey-required' })
  expect(await stage.store.list()).toEqual([])
})

test('an example number is refused where there is no emulator, before anything is touched', async () => {
  const stage = await setStage()
  const { linking } = stage.link({ endpoint: undefined as never })
  await expect(linking.result).rejects.toMatchObject({ code: 'invalid-phone', message: 'that is an example number' })
  expect(NUMBER).toMatch(/^\+1202555/)
})
