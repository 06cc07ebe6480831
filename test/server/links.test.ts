import { expect, test } from 'vitest'
import { eventually, NUMBER, setStage } from './stage.ts'

test('a link over HTTP: code, typed, online; the session is there', async () => {
  const { call, phone } = await setStage()
  const started = await call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })
  expect(started.status).toBe(201)
  expect(started.body).toMatchObject({
    session: 'sales',
    state: 'code',
    phone: '+1••••••••23',
    problem: null,
    jid: null,
  })
  expect(started.body.code).toMatch(/^[1-9A-Z]{4}-[1-9A-Z]{4}$/)
  expect(Date.parse(started.body.expiresAt)).toBeGreaterThan(Date.now())
  const { jid } = await phone.enterCode(started.body.code)
  const done = await eventually(
    () => call('GET', `/v1/links/${started.body.id}`),
    ({ body }) => body.state === 'online',
  )
  expect(done.body).toMatchObject({ state: 'online', code: null, expiresAt: null, jid, problem: null })
  const session = await call('GET', '/v1/sessions/sales')
  expect(session.body).toMatchObject({ session: 'sales', state: 'online', jid })
})
