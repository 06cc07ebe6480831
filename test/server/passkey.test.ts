// The passkey gate over HTTP: who may see and answer what, and that an answer links.
import { expect, test } from 'vitest'
import { eventually, NUMBER, type Stage, setStage } from './stage.ts'

const GATED = '+12025550144'

/** A link that waits for a passkey, after the code was typed. */
async function gated(stage: Stage, more: Parameters<Stage['call']>[2] = {}) {
  const phone = stage.emulator.addPhone(GATED, { passkey: true })
  const body = { session: 'sales', phone: GATED, passkey: 'wait' }
  const started = await stage.call('POST', '/v1/links', { body, ...more })
  expect(started.status).toBe(201)
  const typed = phone.enterCode(started.body.code).catch(() => undefined)
  const path = `/v1/links/${started.body.id}`
  const { body: view } = await eventually(
    () => stage.call('GET', path),
    (answer) => answer.body.state === 'passkey',
  )
  return { phone, path, view, typed }
}

const online = (stage: Stage, path: string) =>
  eventually(
    () => stage.call('GET', path),
    ({ body }) => body.state === 'online' || body.state === 'failed',
  )

test('the owner signs, and the account is linked; the options are gone with the link', async () => {
  const stage = await setStage()
  const { phone, path, view } = await gated(stage)
  expect(view).toMatchObject({ code: null, passkey: { options: { rpId: 'whatsapp.com' } } })
  const answered = await stage.call('POST', `${path}/passkey`, { body: phone.confirmPasskey(view.passkey.options) })
  expect(answered.status).toBe(202)
  const { body } = await online(stage, path)
  expect(body).toMatchObject({ state: 'online' })
  expect(body.passkey).toBeUndefined()
  const { text } = await stage.call('GET', `${path}/events`)
  expect(text).toMatch(/event: passkey\ndata: \{"type":"passkey","options":null/)
  const { body: trail } = await stage.call('GET', '/v1/audit')
  expect(trail.entries.map(({ action }: { action: string }) => action)).toContain('link.passkey')
})

test('an answer that does not fit is refused before anything is sent, and a second one comes too late', async () => {
  const stage = await setStage()
  const { phone, path, view } = await gated(stage)
  const wrong = phone.confirmPasskey({ challenge: 'AAAA', rpId: 'whatsapp.com' })
  expect(await stage.call('POST', `${path}/passkey`, { body: wrong })).toMatchObject({
    status: 422,
    body: { type: 'urn:paircode:error:invalid-options' },
  })
  expect((await stage.call('POST', `${path}/passkey`, { body: { id: 'a' } })).status).toBe(422)
  expect((await stage.call('POST', `${path}/confirm`)).status).toBe(409)
  const right = phone.confirmPasskey(view.passkey.options)
  expect((await stage.call('POST', `${path}/passkey`, { body: right })).status).toBe(202)
  expect(await stage.call('POST', `${path}/passkey`, { body: right })).toMatchObject({
    status: 409,
    body: { type: 'urn:paircode:error:passkey-required' },
  })
  expect((await online(stage, path)).body.state).toBe('online')
})

test('without the scope passkeys there is no waiting, no options, no code to compare, and no answer', async () => {
  const stage = await setStage()
  const token = await stage.tokenWith('links', 'codes', 'admin')
  const wish = { session: 'sales', phone: NUMBER, passkey: 'wait' }
  expect((await stage.call('POST', '/v1/links', { body: wish, token })).status).toBe(403)
  const { phone, path, view } = await gated(stage)
  const { body } = await stage.call('GET', path, { token })
  expect(body.passkey).toEqual({ options: null, expiresAt: view.passkey.expiresAt })
  const answer = phone.confirmPasskey(view.passkey.options)
  expect((await stage.call('POST', `${path}/passkey`, { body: answer, token })).status).toBe(403)
  expect((await stage.call('POST', `${path}/confirm`, { token })).status).toBe(403)
})

test('an account that asks for a passkey where nobody waits for one ends by that name', async () => {
  const stage = await setStage()
  const phone = stage.emulator.addPhone(GATED, { passkey: true })
  const { body } = await stage.call('POST', '/v1/links', { body: { session: 'sales', phone: GATED } })
  void phone.enterCode(body.code).catch(() => {})
  const ended = await online(stage, `/v1/links/${body.id}`)
  expect(ended.body).toMatchObject({ state: 'failed', problem: { type: 'urn:paircode:error:passkey-required' } })
})

test.each([
  [true, 'online'],
  [false, 'failed'],
])('codes that are compared: equal %s ends %s', async (equal, state) => {
  const stage = await setStage()
  stage.emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  const { body } = await stage.call('POST', '/v1/links', {
    body: { session: 'sales', phone: NUMBER, passkey: 'wait' },
  })
  void stage.phone.enterCode(body.code).catch(() => {})
  const path = `/v1/links/${body.id}`
  const is = (wanted: string) =>
    eventually(
      () => stage.call('GET', path),
      (answer) => answer.body.state === wanted,
    )
  const { passkey } = (await is('passkey')).body
  await stage.call('POST', `${path}/passkey`, { body: stage.phone.confirmPasskey(passkey.options) })
  const verify = await is('verify')
  expect(verify.body.verify).toEqual(await stage.phone.comparison())
  const token = await stage.tokenWith('links', 'codes', 'admin')
  expect((await stage.call('GET', path, { token })).body.verify).toEqual({ code: null })
  expect((await stage.call('POST', `${path}/confirm`, { body: { equal } })).status).toBe(202)
  expect((await online(stage, path)).body.state).toBe(state)
  expect(stage.log.join()).not.toContain(verify.body.verify.code)
})

test('another server on the store hands the answer on, and refuses what does not fit by itself', async () => {
  const stage = await setStage()
  const other = await stage.another()
  const { phone, path, view } = await gated(stage)
  const at = (route: string, body: unknown) =>
    fetch(`${other.url}${path}${route}`, {
      method: 'POST',
      headers: { Authorization: 'Bearer operator-token-for-tests-0001', 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const wrong = phone.confirmPasskey({ challenge: 'AAAA', rpId: 'whatsapp.com' })
  expect((await at('/passkey', wrong)).status).toBe(422)
  expect((await at('/confirm', {})).status).toBe(409)
  expect((await at('/passkey', phone.confirmPasskey(view.passkey.options))).status).toBe(202)
  expect((await online(stage, path)).body.state).toBe('online')
})
