// In which language the page speaks, over HTTP.
import { expect, test } from 'vitest'
import { lastExpiry } from '../../src/server/links/last-expiry.ts'
import type { ToldEvent } from '../../src/server/links/told-event.ts'
import { wantedLanguage } from '../../src/server/page-language.ts'
import { NUMBER, setStage } from './stage.ts'

test.each([
  [['pt-br', 'pt', 'en'], 'pt'],
  [['de', 'fr', 'ar-eg'], 'ar'],
  [['in'], 'id'],
  [['de'], 'en'],
  [[], 'en'],
  [['constructor', '__proto__'], 'en'],
])('of %j it is %s', (tags, language) => {
  expect(wantedLanguage(tags)).toBe(language)
})

test('the browser’s wish, then the choice in the address, which is remembered; a wrong one counts for nothing', async () => {
  const { call } = await setStage()
  const { body } = await call('POST', '/v1/invitations', { body: { session: 'sales', purpose: 'Link', phone: NUMBER } })
  const path = new URL(body.url).pathname
  const get = (more: string, headers: Record<string, string> = {}) =>
    call('GET', path + more, { token: null, headers: { 'Accept-Language': 'pt-BR,en;q=0.5', ...headers } })
  const plain = await get('')
  expect([/<html lang="(\w+)" dir="(\w+)"/.exec(plain.text)?.slice(1), plain.headers.get('set-cookie')]).toEqual([
    ['pt', 'ltr'],
    null,
  ])
  const chosen = await get('?lang=ar')
  expect(chosen.text).toContain('<html lang="ar" dir="rtl"')
  expect(chosen.headers.get('set-cookie')).toBe('paircode-language=ar; Path=/; HttpOnly; SameSite=Lax')
  expect((await get('', { Cookie: 'paircode-language=ar' })).text).toContain('<html lang="ar"')
  for (const wrong of ['?lang=xx', '?lang=', '?lang=%22%3E', '?lang=en%0d%0aX-Evil:1']) {
    const answer = await get(wrong)
    expect(answer.text, wrong).toContain('<html lang="pt"')
    expect(answer.headers.get('set-cookie'), wrong).toBeNull()
  }
  // Refusals speak it too.
  const refused = await call('GET', '/link/none', {
    token: null,
    headers: { Accept: 'text/html', 'Accept-Language': 'es' },
  })
  expect(refused.text).toContain('Aquí no hay ninguna invitación.')
})

test('previews, mail scanners and HEAD leave an invitation as it was', async () => {
  const { call, emulator } = await setStage()
  const { body } = await call('POST', '/v1/invitations', { body: { session: 'sales', purpose: 'Link', phone: NUMBER } })
  const path = new URL(body.url).pathname
  const agents = [
    'WhatsApp/2.23.20.0',
    'TelegramBot (like TwitterBot)',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'facebookexternalhit/1.1',
    'Mozilla/5.0 (compatible; Microsoft Outlook Safe Links)',
  ]
  for (const agent of agents)
    for (const method of ['HEAD', 'GET']) {
      const answer = await call(method, path, { token: null, headers: { 'User-Agent': agent } })
      expect([answer.status, answer.headers.get('set-cookie')], `${method} ${agent}`).toEqual([200, null])
    }
  const bound = await call('POST', path, { token: null, headers: { 'Sec-Fetch-Site': 'same-origin' } })
  expect(bound.status).toBe(303)
  expect(emulator.stanzas).toHaveLength(0)
})

test('scripts and styles are the page’s own, kept for ever under a name that changes, and small', async () => {
  const { call, url } = await setStage()
  const { text } = await call('GET', '/link/none', { token: null, headers: { Accept: 'text/html' } })
  const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '')
  expect(files).toHaveLength(2)
  for (const file of files) {
    const answer = await fetch(url + file)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    const plain = await call('GET', file, { token: null, headers: { 'Accept-Encoding': 'identity' } })
    expect(plain.text).toBe(await answer.text())
  }
  for (const wrong of ['/assets/none.js', '/assets/..%2fpackage.json', '/assets/'])
    expect((await call('GET', wrong, { token: null })).status, wrong).toBe(404)
})

test('how the code before ended: told as long as nothing else came since', () => {
  const told = (...events: readonly ToldEvent['type'][]): ReturnType<typeof lastExpiry> =>
    lastExpiry(
      events.map((type, at) => ({ number: at + 1, event: { type, reason: 'timeout', manual: false } as ToldEvent })),
    )
  expect(told('connecting', 'code')).toBeNull()
  expect(told('connecting', 'code', 'code-expired', 'connecting', 'qr', 'code')).toBe('timeout')
  expect(told('code', 'code-expired', 'code', 'confirming')).toBeNull()
  expect(told()).toBeNull()
})
