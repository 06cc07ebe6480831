import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Control, startControl } from '../../../src/cli/emulator/control.ts'
import { createDesk } from '../../../src/cli/emulator/desk.ts'
import type { Message } from '../../../src/cli/printing/printer.ts'
import { type Emulator, startEmulator } from '../../../src/emulator/index.ts'
import { link } from '../../../src/index.ts'
import { openStore } from '../../../src/store/index.ts'

let emulator: Emulator
let control: Control
let told: Message[]

beforeEach(async () => {
  emulator = await startEmulator()
  told = []
  const desk = createDesk(emulator, (message) => told.push(message))
  control = await startControl(emulator, desk, 0)
})
afterEach(async () => {
  await control.close()
  await emulator.stop()
})

const ask = async (path: string, init: RequestInit = {}, token = control.token) => {
  const answer = await fetch(`${control.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const order = (line: string) => ask('/v1/orders', { method: 'POST', body: line })

describe('the control of the emulator', () => {
  it('operates a phone: the answer comes when the phone is done', async () => {
    expect(await order('phone +12025550123')).toEqual({
      status: 200,
      body: { type: 'phone', phone: '+1••••••••23', platform: 'android' },
    })
    const store = await openStore('memory:')
    const linking = link({ session: 'a', phone: '+12025550123', store, endpoint: emulator.endpoint, firstLogin: false })
    const { code } = await linking.code()
    expect(await order(`enter ${code}`)).toMatchObject({ status: 200, body: { type: 'linked' } })
    await linking.result
    expect(await order('devices')).toMatchObject({ body: { devices: [{ name: 'Paircode' }] } })
    expect(await ask('/v1/connections')).toMatchObject({ body: { connections: [{ kind: 'registration' }] } })
    // What a phone sees by itself is told on the terminal, not here.
    expect(told.map(({ type }) => type)).toEqual(['prompted'])
    await store.close()
  })

  it('confirms with a passkey', async () => {
    await order('phone +12025550123 passkey')
    const { body } = await order('confirm {"challenge": "Y2g", "rpId": "whatsapp.com"}')
    expect(body).toMatchObject({ type: 'confirmed', assertion: { type: 'public-key' } })
    expect(await order('confirm {"challenge": 1}')).toMatchObject({ status: 422 })
  })

  it('reads the record from where it was left', async () => {
    await order('phone +12025550123')
    const store = await openStore('memory:')
    const linking = link({ session: 'a', phone: '+12025550123', store, endpoint: emulator.endpoint })
    await linking.code()
    const first = await ask('/v1/stanzas?limit=2')
    expect(first.body).toMatchObject({
      stanzas: [{ number: 1, from: 'server', node: { tag: 'iq' } }, { number: 2 }],
      next: 2,
    })
    const rest = await ask('/v1/stanzas?after=2')
    expect(rest.body).toMatchObject({ stanzas: expect.arrayContaining([expect.objectContaining({ number: 3 })]) })
    expect(JSON.stringify(rest.body)).toMatch(/"hex":"[0-9a-f]{160}"/)
    expect(await ask('/v1/stanzas?after=x')).toMatchObject({ status: 400 })
    expect(await ask('/v1/logins')).toEqual({ status: 200, body: { logins: [] } })
    expect(await ask('/v1/endpoint')).toMatchObject({ body: { url: emulator.endpoint.url } })
    await linking.cancel()
    await store.close()
  })

  it.each(['dance', 'enter ABCD-EFGH', 'tamper login hmac', 'quit'])('says that it was not done: %s', async (line) => {
    expect(await order(line)).toMatchObject({ status: 422, body: { type: 'not-done', reason: expect.any(String) } })
  })

  it('answers nobody without the token, and nothing else to anybody', async () => {
    expect(control.token.length).toBeGreaterThanOrEqual(43)
    for (const token of ['', 'x', control.token.slice(1), `${control.token}x`])
      expect((await ask('/v1/stanzas', {}, token)).status).toBe(401)
    expect((await fetch(`${control.url}/v1/stanzas`)).status).toBe(401)
    expect((await ask('/')).status).toBe(404)
    expect((await ask('/v1/orders')).status).toBe(404)
    expect((await ask('/v1/stanzas', { method: 'DELETE' })).status).toBe(405)
    expect((await order('')).status).toBe(400)
    expect((await order('x'.repeat(70_000))).status).toBe(400)
  })

  it('refuses who comes with the name of another host', async () => {
    const status = await new Promise((resolve) => {
      const headers = { host: 'example.org', authorization: `Bearer ${control.token}` }
      httpRequest(`${control.url}/v1/logins`, { headers }, (answer) => resolve(answer.resume().statusCode)).end()
    })
    expect(status).toBe(403)
  })
})
