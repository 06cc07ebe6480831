// The phone page as a server: who may call it. What it shows is in test/browser/phone-page.test.ts.
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startEmulator } from '../../src/emulator/index.ts'

async function pageOf(...numbers: readonly string[]) {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.stop())
  for (const number of numbers) emulator.addPhone(number)
  const { url, close } = await emulator.openPhonePage()
  return { emulator, url, close }
}

/** With headers that fetch() does not let through. */
function ask(url: string, method: string, headers: Readonly<Record<string, string>>, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    request.once('error', reject).end(body)
  })
}

test('only loopback names lead to it, and no page from elsewhere can press its buttons', async () => {
  const { url, emulator } = await pageOf('+12025550123')
  const { host, origin } = new URL(url)
  expect(await ask(`${url}/1`, 'GET', { host })).toBe(200)
  expect(await ask(`${url}/1`, 'GET', { host: 'phones.example' })).toBe(403)
  const add = (headers: Readonly<Record<string, string>>): Promise<number> =>
    ask(url, 'POST', { host, 'content-type': 'application/x-www-form-urlencoded', ...headers }, 'number=12025550124')
  for (const from of ['https://evil.example', 'null', 'http://127.0.0.1:1'])
    expect(await add({ origin: from })).toBe(403)
  expect(await add({ 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(emulator.phones).toHaveLength(1)
  expect(await add({ origin })).toBe(303)
  expect(emulator.phones).toHaveLength(2)
})

test.each(['//', 'http://[', '/phones/1/%'])(
  'an address that is none, %s, is answered, and the emulator lives',
  async (path) => {
    const { url } = await pageOf('+12025550123')
    const { hostname, port, host } = new URL(url)
    const status = await new Promise<string>((resolve, reject) => {
      const line = connect(Number(port), hostname, () => line.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`))
      line.once('data', (answer) => {
        resolve(String(answer).slice(0, 12))
        line.destroy()
      })
      line.once('error', reject)
    })
    expect(status).toMatch(/^HTTP\/1\.1 [34]\d\d$/)
    expect(await ask(`${url}/1`, 'GET', { host })).toBe(200)
  },
)

test('its answers are for nobody else: no frame, no cache, no script but its own', async () => {
  const { url } = await pageOf('+12025550123')
  const answer = await fetch(`${url}/1`)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'$/),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
})

test('no address holds a number; one that leads nowhere is 404, and a body that is too large 400', async () => {
  const { url } = await pageOf('+12025550123', '+12025550124')
  const home = await (await fetch(url)).text()
  expect(
    [...home.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, path]) => path).filter((path) => /\d{5}/.test(path ?? '')),
  ).toEqual([])
  for (const path of ['/3', '/1/nothing', '/1/chats/9', '/1/log-out', '/x'])
    expect((await fetch(url + path)).status, path).toBe(404)
  expect((await fetch(`${url}/1/chats/2`, { method: 'POST', body: `text=${'x'.repeat(70_000)}` })).status).toBe(400)
  expect((await fetch(`${url}/9`, { headers: { accept: 'text/event-stream' } })).status).toBe(204)
})

test('without a phone it asks for one', async () => {
  const { url } = await pageOf()
  expect(await (await fetch(url)).text()).toContain('Add a phone')
})

test('the port closes with the page, and with the emulator', async () => {
  const { url, close, emulator } = await pageOf('+12025550123')
  const other = await emulator.openPhonePage()
  await close()
  await expect(fetch(url)).rejects.toThrow()
  expect((await fetch(other.url)).status).toBe(200)
  await emulator.stop()
  await expect(fetch(other.url)).rejects.toThrow()
})

test('what a linked device writes to others is in the chats of the phone', async () => {
  const { emulator } = await pageOf('+12025550123', '+12025550124')
  const [owner, ada] = emulator.phones
  await ada?.send('+12025550123', 'Hello')
  await owner?.received()
  expect(owner?.texts()).toMatchObject([{ with: '12025550124@s.whatsapp.net', mine: false, text: 'Hello' }])
  expect(ada?.texts()).toMatchObject([{ with: '12025550123@s.whatsapp.net', mine: true, text: 'Hello' }])
  expect(owner?.notification()).toBeUndefined()
})
