// createLinkPage(): the page alone, in someone's own app, for whom that app lets in.
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startEmulator } from '../../src/emulator/index.ts'
import { createLinkPage, type LinkPage, type LinkPageOptions } from '../../src/server/index.ts'
import { openStore } from '../../src/store/index.ts'
import { answerOf, eventually, NUMBER } from './stage.ts'

const OPERATOR = { name: 'Acme', contact: 'help@acme.example' }

async function setPage(options: Partial<LinkPageOptions> = {}) {
  const emulator = await startEmulator()
  const phone = emulator.addPhone(NUMBER)
  const store = await openStore('memory:')
  const page = await createLinkPage({
    store,
    endpoint: emulator.endpoint,
    graceMs: 0,
    operator: OPERATOR,
    device: { name: 'Acme bot' },
    session: (request) => request.headers.get('x-user') ?? 'nobody',
    authorize: (request) => request.headers.get('x-user') !== null,
    ...options,
  })
  onTestFinished(async () => {
    await page.close()
    await store.close()
    await emulator.stop()
  })
  return { emulator, phone, store, page }
}

/** Somebody's browser, logged in to the app as `user`. */
function browserAt({ fetch }: Pick<LinkPage, 'fetch'>, user: string | undefined, origin = 'http://localhost') {
  const browser = {
    cookie: '',
    user,
    async send(method: string, path: string, form?: Readonly<Record<string, string>>, site = 'same-origin') {
      const answer = await fetch(
        new Request(origin + path, {
          method,
          headers: {
            Accept: 'text/html',
            ...(browser.user === undefined ? {} : { 'X-User': browser.user }),
            ...(browser.cookie === '' ? {} : { Cookie: browser.cookie }),
            ...(method === 'POST' ? { 'Sec-Fetch-Site': site } : {}),
          },
          ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
        }),
      )
      const set = answer.headers.get('set-cookie')
      if (set?.includes('paircode-link=') === true) browser.cookie = set.split(';')[0] ?? ''
      return answerOf(answer)
    },
    get: (path: string) => browser.send('GET', path),
    post: (path: string, form?: Readonly<Record<string, string>>) => browser.send('POST', path, form),
  }
  return browser
}

const codeIn = (text: string): string => /data-code[^>]*>([^<]+)</.exec(text)?.[1] ?? ''

test('whoever the app lets in sees who asks, gets a code, and is linked under their own session', async () => {
  const { page, phone, store } = await setPage({ basePath: '/whatsapp' })
  const browser = browserAt(page, 'ada')
  const who = await browser.get('/whatsapp/link')
  expect([who.status, who.text]).toEqual([200, expect.stringContaining('Acme')])
  expect(who.text).toContain('action="/whatsapp/link/begin"')
  const begun = await browser.post('/whatsapp/link/begin')
  expect([begun.status, begun.headers.get('location')]).toEqual([303, '/whatsapp/link'])
  expect(begun.headers.get('set-cookie')).toMatch(/^paircode-link=.*; HttpOnly; SameSite=Strict$/)
  expect((await browser.post('/whatsapp/link/code', { phone: '12' })).status).toBe(422)
  expect((await browser.post('/whatsapp/link/code', { phone: NUMBER })).status).toBe(303)
  await phone.enterCode(codeIn((await browser.get('/whatsapp/link')).text))
  await eventually(
    () => browser.get('/whatsapp/link'),
    ({ text }) => text.includes('>Linked</h1>'),
  )
  expect(await store.get('ada')).toMatchObject({ state: 'linked', deviceName: 'Acme bot' })
  expect((await phone.received()).text).toContain('Acme bot')
})

test('everybody else gets 403 at every address of the page, and changes nothing', async () => {
  const { page, emulator } = await setPage()
  const invited = browserAt(page, 'ada')
  await invited.post('/link/begin')
  const stranger = browserAt(page, undefined)
  stranger.cookie = invited.cookie
  for (const path of ['/link', '/link/events']) expect((await stranger.get(path)).status, path).toBe(403)
  for (const path of ['/link/begin', '/link/code', '/link/refresh', '/link/cancel'])
    expect((await stranger.post(path, { phone: NUMBER })).status, path).toBe(403)
  expect((await stranger.get('/link')).text).toContain('You may not link an account here')
  expect(emulator.stanzas).toHaveLength(0)
})

test('only true lets somebody in, and an app that throws lets in nobody', async () => {
  for (const authorize of [
    () => false,
    () => 'yes' as unknown as boolean,
    () => Promise.resolve(1 as unknown as boolean),
    () => undefined as unknown as boolean,
  ]) {
    const { page } = await setPage({ authorize })
    expect((await browserAt(page, 'ada').get('/link')).status).toBe(403)
  }
  const { page } = await setPage({ authorize: () => Promise.reject(new Error('secret of the app')) })
  const failed = await browserAt(page, 'ada').get('/link')
  expect(failed.status).toBe(500)
  expect(failed.text).not.toContain('secret of the app')
})

test('the next one at the same browser does not find the visit of the one before', async () => {
  const { page } = await setPage()
  const browser = browserAt(page, 'ada')
  await browser.post('/link/begin')
  await browser.post('/link/code', { phone: NUMBER })
  expect(codeIn((await browser.get('/link')).text)).not.toBe('')
  browser.user = 'bob'
  const seen = await browser.get('/link')
  expect([codeIn(seen.text), seen.text.includes('/link/begin')]).toEqual(['', true])
  expect((await browser.get('/link/events')).status).toBe(404)
  expect((await browser.post('/link/cancel')).status).toBe(303)
  browser.user = 'ada'
  expect(codeIn((await browser.get('/link')).text)).not.toBe('')
})

test('a page elsewhere can do nothing, another name is not answered, and there is no API', async () => {
  const { page } = await setPage()
  const browser = browserAt(page, 'ada')
  for (const site of ['cross-site', 'same-site', 'none'])
    expect((await browser.send('POST', '/link/begin', {}, site)).status, site).toBe(403)
  expect((await browserAt(page, 'ada', 'http://rebound.example').get('/link')).status).toBe(421)
  for (const path of ['/v1/links', '/v1/sessions', '/ui', '/docs', '/openapi.json', '/metrics'])
    expect((await browser.get(path)).status, path).toBe(404)
  expect((await browser.get('/')).headers.get('location')).toBe('/link')
})

test('the account that is linked already is not asked again', async () => {
  const { page, phone } = await setPage({ session: 'shop' })
  const browser = browserAt(page, 'ada')
  await browser.post('/link/begin')
  await browser.post('/link/code', { phone: NUMBER })
  await phone.enterCode(codeIn((await browser.get('/link')).text))
  await eventually(
    () => browser.get('/link'),
    ({ text }) => text.includes('>Linked</h1>'),
  )
  const later = browserAt(page, 'ada')
  await later.post('/link/begin')
  const again = await later.post('/link/code', { phone: NUMBER })
  expect([again.status, again.text]).toEqual([409, expect.stringContaining('linked already')])
  expect(again.text).toContain(`value="${NUMBER}"`)
})

test('mounted in node:http', async () => {
  const { page } = await setPage()
  const server = createHttpServer(page.node)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/link`
  expect((await fetch(url, { headers: { 'X-User': 'ada' } })).status).toBe(200)
  expect((await fetch(url)).status).toBe(403)
})

test.each([
  [{ authorize: undefined }, 'invalid-options'],
  [{ authorize: true }, 'invalid-options'],
  [{ session: undefined }, 'invalid-options'],
  [{ session: 'Not A Name' }, 'invalid-session'],
  [{ operator: undefined }, 'invalid-options'],
  [{ operator: { name: ' ', contact: '' } }, 'invalid-options'],
  [{ device: { name: 'WhatsApp' } }, 'invalid-device'],
  [{ publicUrl: 'http://app.example' }, 'invalid-options'],
])('%j is refused before anything is opened', async (wrong, code) => {
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  const options = { store, session: 'shop', authorize: () => true, operator: OPERATOR, ...wrong }
  await expect(createLinkPage(options as LinkPageOptions)).rejects.toMatchObject({ code })
})
