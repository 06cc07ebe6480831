import { expect, onTestFinished, test } from 'vitest'
import { createLimiter } from '../../../src/index.ts'
import { NUMBER, sentBy, setStage } from './stage.ts'

test('a wrong code, then the right one: linked', async () => {
  const { phone, link } = await setStage()
  const { linking, event } = link()
  const { code } = await event('code')
  const wrong = code.startsWith('A') ? `B${code.slice(1)}` : `A${code.slice(1)}`
  await expect(phone.enterCode(wrong)).rejects.toMatchObject({ code: 'wrong-code' })
  await phone.enterCode(code)
  await linking.result
  expect(phone.linkedDevices()).toHaveLength(1)
})

test('a wrong code alone: after its minute the code is taken back with a reason, and a new one links', async () => {
  const { phone, clock, link } = await setStage()
  const { linking, event } = link()
  const { code } = await event('code')
  await expect(phone.enterCode(`${code.slice(0, 8)}${code.endsWith('Z') ? 'Y' : 'Z'}`)).rejects.toMatchObject({
    code: 'wrong-code',
  })
  await event('confirming')
  await clock.advance(60_000)
  expect(await event('code-expired')).toMatchObject({ reason: 'unanswered', manual: false })
  const next = await event('code', 2)
  expect(next.number).toBe(2)
  expect(next.code).not.toBe(code)
  await phone.enterCode(next.code)
  await linking.result
})

test('a code that nobody types dies after 180 s and is replaced; the last one ends the attempt', async () => {
  const { clock, store, link } = await setStage()
  const { linking, event, types } = link({ maxCodes: 2 })
  const first = await event('code')
  await clock.advance(179_000)
  expect(types()).not.toContain('code-expired')
  await clock.advance(1_000)
  expect(await event('code-expired')).toMatchObject({ reason: 'timeout', manual: false })
  const second = await event('code', 2)
  expect(second.code).not.toBe(first.code)
  await clock.advance(180_000)
  await expect(linking.result).rejects.toMatchObject({ code: 'expired', retryable: true })
  expect(await store.list()).toEqual([])
})

test('a code lives on when the QR refs beside it have run out', async () => {
  const { phone, clock, emulator, link } = await setStage()
  const { linking, event, types } = link({ qr: true })
  const { code } = await event('code')
  await Promise.all([clock.advance(165_000), emulator.advance(165_000)])
  expect(types()).not.toContain('code-expired')
  await phone.enterCode(code)
  await linking.result
})

test('a socket that is cut with a code on screen: said at once, and a new code links', async () => {
  const { phone, emulator, link } = await setStage()
  const { linking, event } = link()
  const { code } = await event('code')
  const cutAt = performance.now()
  emulator.streamError(503)
  expect(await event('code-expired')).toMatchObject({ reason: 'disconnected', manual: false })
  expect(performance.now() - cutAt).toBeLessThan(1_000)
  const next = await event('code', 2)
  await expect(phone.enterCode(code)).rejects.toMatchObject({ code: 'wrong-code' })
  await phone.enterCode(next.code)
  await linking.result
})

test('in manual mode a dead code waits for a person', async () => {
  const { phone, clock, link } = await setStage()
  const { linking, event, types } = link({ refresh: 'manual' })
  await event('code')
  await clock.advance(180_000)
  expect(await event('code-expired')).toMatchObject({ reason: 'timeout', manual: true })
  await clock.advance(60_000)
  expect(types().filter((type) => type === 'code')).toHaveLength(1)
  await linking.refresh()
  await phone.enterCode((await event('code', 2)).code)
  await linking.result
})

test('refresh gives up the live code and counts towards the most', async () => {
  const { phone, link } = await setStage()
  const { linking, event } = link({ maxCodes: 2 })
  const first = await event('code')
  await linking.refresh()
  expect(await event('code-expired')).toMatchObject({ reason: 'refresh', manual: false })
  const second = await event('code', 2)
  await expect(phone.enterCode(first.code)).rejects.toMatchObject({ code: 'wrong-code' })
  expect(second.code).not.toBe(first.code)
  await linking.refresh()
  await expect(linking.result).rejects.toMatchObject({ code: 'expired' })
  await expect(linking.refresh()).rejects.toMatchObject({ code: 'expired' })
})

test.each([
  ['refresh', false],
  ['refresh-manual', true],
] as const)('WhatsApp takes a code back (%s)', async (tampering, manual) => {
  const { phone, emulator, link } = await setStage()
  emulator.tamper({ at: 'primary_hello', with: tampering })
  const { linking, event } = link()
  void phone.enterCode((await event('code')).code).catch(() => {})
  expect(await event('code-expired')).toMatchObject({ reason: 'refresh', manual })
  if (manual) await linking.refresh()
  await phone.enterCode((await event('code', 2)).code)
  await linking.result
})

test.each(['ref', 'missing-child', 'duplicate'] as const)(
  'a primary_hello with a wrong %s does not end the attempt',
  async (tampering) => {
    const { phone, emulator, link } = await setStage()
    emulator.tamper({ at: 'primary_hello', with: tampering })
    const { linking, event } = link()
    const { code } = await event('code')
    const typed = phone.enterCode(code).catch(() => 'no answer')
    if (tampering !== 'duplicate') {
      await expect.poll(() => sentBy(emulator, 'server').some(({ tag }) => tag === 'notification')).toBe(true)
      await emulator.advance(61_000)
      await typed
      await phone.enterCode(code)
    }
    await linking.result
    expect(phone.linkedDevices()).toHaveLength(1)
  },
)

test('the new secret that WhatsApp asks for with a QR code on show is drawn at once', async () => {
  const { phone, emulator, link } = await setStage()
  emulator.tamper({ at: 'pair_success', with: 'companion-reg-refresh' })
  const { linking, event } = link({ phone: undefined })
  void phone.scanQr((await event('qr')).data).catch(() => {})
  const redrawn = await event('qr', 2)
  await phone.scanQr(redrawn.data)
  await linking.result
})

test('cancel: while connecting, with a code on screen, while confirming', async () => {
  const connecting = await setStage()
  connecting.emulator.hold({ at: 'pair_device' })
  const one = connecting.link()
  await one.event('connecting')
  await one.linking.cancel()
  await expect(one.linking.result).rejects.toMatchObject({ code: 'cancelled' })

  const showing = await setStage()
  const two = showing.link()
  await two.event('code')
  await two.linking.cancel()
  await expect(two.linking.result).rejects.toMatchObject({ code: 'cancelled' })
  expect(two.types().at(-1)).toBe('failed')

  const confirming = await setStage()
  confirming.emulator.hold({ at: 'companion_finish' })
  const three = confirming.link()
  void confirming.phone.enterCode((await three.event('code')).code).catch(() => {})
  await three.event('confirming')
  await three.linking.cancel()
  await expect(three.linking.result).rejects.toMatchObject({ code: 'cancelled' })
  expect(await confirming.store.list()).toEqual([])
})

test('an abort signal cancels, also one that was aborted before', async () => {
  const { link } = await setStage()
  const controller = new AbortController()
  const { linking, event } = link({ signal: controller.signal })
  await event('code')
  controller.abort()
  await expect(linking.result).rejects.toMatchObject({ code: 'cancelled' })
  await expect(link({ signal: AbortSignal.abort() }).linking.result).rejects.toMatchObject({ code: 'cancelled' })
})

test('a signal that is none ends the link by its name, and nothing else goes wrong', async () => {
  const { link } = await setStage()
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  await expect(link({ signal: {} as never }).linking.result).rejects.toMatchObject({ code: 'invalid-options' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(unhandled).toEqual([])
})

test('breaking out of the events does not end the attempt', async () => {
  const { phone, link } = await setStage()
  const { linking } = link()
  let code = ''
  for await (const event of linking) {
    if (event.type !== 'code') continue
    code = event.code
    break
  }
  await phone.enterCode(code)
  await linking.result
})

test('a session that is linked already is returned, refused or replaced, as asked', async () => {
  const { phone, store, emulator, link } = await setStage()
  const first = link()
  const { jid } = await phone.enterCode((await first.event('code')).code)
  await first.linking.result

  const again = link()
  await expect(again.linking.code()).rejects.toMatchObject({ code: 'session-exists' })
  expect(await again.linking.result).toMatchObject({ session: 'sales', jid })
  expect(again.types()).toEqual(['paired'])
  expect(again.linking.state).toBe('paired')
  expect(emulator.logins).toHaveLength(1)

  await expect(link({ ifLinked: 'reject' }).linking.result).rejects.toMatchObject({ code: 'session-exists' })

  const anew = link({ ifLinked: 'replace', device: { name: 'Second' } })
  const { code } = await anew.event('code')
  expect(await store.get('sales')).toMatchObject({ state: 'linked', jid })
  const replaced = await phone.enterCode(code)
  expect(await anew.linking.result).toMatchObject({ jid: replaced.jid, deviceName: 'Second' })
  expect(await store.list({ archived: true })).toMatchObject([{ session: 'sales', jid }])
})

test('a session that is being linked is busy for everybody else', async () => {
  const { link } = await setStage()
  const { event } = link()
  await event('code')
  await expect(link().linking.result).rejects.toMatchObject({ code: 'session-busy' })
})

test('one live code for an account, whatever the session and the spelling', async () => {
  const { link } = await setStage()
  const { event, linking } = link()
  await event('code')
  await expect(
    link({ session: 'other', phone: '001 (202) 555-0123', defaultCountry: 'DE' }).linking.result,
  ).rejects.toMatchObject({
    code: 'code-outstanding',
  })
  await linking.cancel()
  const after = link({ session: 'other' })
  await after.event('code')
})

test('three codes in ten minutes for an account, then a wait that is named', async () => {
  const { store, clock, link } = await setStage()
  for (let codes = 0; codes < 3; codes += 1) {
    const { linking, event } = link()
    await event('code')
    await linking.cancel()
  }
  await expect(createLimiter({ store }).peek(NUMBER)).resolves.toMatchObject({ allowed: false, remaining: 0 })
  const refused = link()
  await expect(refused.linking.result).rejects.toMatchObject({ code: 'rate-limited' })
  expect(refused.types()).toEqual(['connecting', 'failed'])
  await clock.advance(600_000)
  await link().event('code')
})

test('a given code is used, and never in production', async () => {
  const { phone, link } = await setStage()
  const { linking, event } = link({ fixedCode: 'abcd-efgh' })
  const { code } = await event('code')
  expect(code).toBe('ABCD-EFGH')
  await phone.enterCode(code)
  await linking.result
})
