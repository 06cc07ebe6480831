// An invitation from its making to the linked device, as a browser without script goes through it.
import { expect, test } from 'vitest'
import { type Answer, call as callAt, eventually, NUMBER, type Stage, setStage } from './stage.ts'

interface Browser {
  cookie: string
  get(path: string): Promise<Answer>
  post(path: string, form?: Readonly<Record<string, string>>): Promise<Answer>
}

function browserOn({ url }: Pick<Stage, 'url'>): Browser {
  const visit = async (method: string, path: string, form?: Readonly<Record<string, string>>): Promise<Answer> => {
    const answer = await callAt(url, method, path, {
      token: null,
      headers: {
        Accept: 'text/html',
        ...(browser.cookie === '' ? {} : { Cookie: browser.cookie }),
        ...(method === 'POST'
          ? { Origin: 'null', 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' }
          : {}),
      },
      ...(method === 'POST' ? { raw: new URLSearchParams(form ?? {}).toString() } : {}),
    })
    const set = answer.headers.get('set-cookie')
    if (set !== null) browser.cookie = set.split(';')[0] ?? ''
    return answer
  }
  const browser: Browser = {
    cookie: '',
    get: (path) => visit('GET', path),
    post: (path, form) => visit('POST', path, form),
  }
  return browser
}

const CODE = /^[1-9A-Z]{4}-[1-9A-Z]{4}$/

function codeOn({ text }: Answer): string {
  return /<span data-code[^>]*>([^<]+)</.exec(text)?.[1] ?? ''
}

const WISH = {
  session: 'sales',
  phone: NUMBER,
  purpose: 'Link your shop’s account <b>today</b>',
  deviceName: 'Acme Sales',
}

async function invited(
  stage: Stage,
  more = {},
): Promise<{ readonly path: string; readonly id: string; readonly secret: string }> {
  const { status, body } = await stage.call('POST', '/v1/invitations', { body: { ...WISH, ...more } })
  expect(status).toBe(201)
  const path = new URL(body.url).pathname
  return { path, id: body.id, secret: path.replace('/link/', '') }
}

test('from the invitation to the linked device, without any script', async () => {
  const stage = await setStage({
    operator: { name: 'Acme', contact: 'help@acme.example' },
    returnOrigins: ['https://app.example'],
  })
  const { path, secret } = await invited(stage, { returnUrl: 'https://app.example/done?x=1' })
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const browser = browserOn(stage)

  const who = await browser.get(path)
  expect(who.status).toBe(200)
  for (const words of [
    'Acme',
    'help@acme.example',
    'Acme Sales',
    '+1••••••••23',
    '&lt;b&gt;today&lt;/b&gt;',
    'you do not know them, stop',
  ])
    expect(who.text).toContain(words)
  expect(who.headers.get('set-cookie')).toBeNull()
  expect(Object.fromEntries(who.headers)).toMatchObject({
    'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex, nofollow',
    'x-content-type-options': 'nosniff',
  })

  const bound = await browser.post(path)
  expect([bound.status, bound.headers.get('location')]).toEqual([303, '/link'])
  expect(bound.headers.get('set-cookie')).toMatch(/^paircode-link=.*; HttpOnly; SameSite=Strict$/)
  expect(browser.cookie).not.toContain(secret)

  const form = await browser.get('/link')
  expect(form.text).toContain('Get code')
  expect(form.text).toContain('+1••••••••23')
  expect(stage.emulator.stanzas).toHaveLength(0)

  expect((await browser.post('/link/code')).status).toBe(303)
  const code = codeOn(await browser.get('/link'))
  expect(code).toMatch(CODE)
  await stage.phone.enterCode(code)
  const done = await eventually(
    () => browser.get('/link'),
    ({ text }) => text.includes('>Linked</h1>'),
  )
  expect(done.text).toContain('https://app.example/done?x=1')
  expect(stage.phone.linkedDevices()[0]?.name).toBe('Acme Sales')
  await eventually(
    () => browserOn(stage).get(path),
    ({ status }) => status === 410,
  )
})

test('to look changes nothing, for whoever looks and however often; the first to continue has it alone', async () => {
  const stage = await setStage()
  const { path } = await invited(stage)
  for (let count = 0; count < 5; count++) expect((await browserOn(stage).get(path)).status).toBe(200)
  const [first, second] = [browserOn(stage), browserOn(stage)]
  await first.post(path)
  const refused = await second.post(path)
  expect(refused.status).toBe(410)
  expect(refused.text).toContain('in another browser')
  expect(second.cookie).toBe('')
  expect((await first.post(path)).status).toBe(303)
  expect((await first.get('/link')).status).toBe(200)
  expect((await second.get('/link')).status).toBe(404)
})

test('of two who continue at once, one has it', async () => {
  const stage = await setStage()
  const { path } = await invited(stage)
  const answers = await Promise.all(Array.from({ length: 8 }, () => browserOn(stage).post(path)))
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 410)).toHaveLength(7)
})

test('it expires, can be taken back, and a guess finds nothing', async () => {
  const stage = await setStage()
  const [short, back] = [await invited(stage, { expiresInSeconds: 60 }), await invited(stage)]
  expect((await stage.call('DELETE', `/v1/invitations/${back.id}`)).status).toBe(204)
  expect((await browserOn(stage).get(back.path)).text).toContain('taken back')
  expect((await browserOn(stage).post(back.path)).status).toBe(410)
  await stage.clock.advance(60_000)
  expect((await browserOn(stage).get(short.path)).status).toBe(410)
  expect((await browserOn(stage).post(short.path)).status).toBe(410)
  for (const guess of ['/link/x', `/link/${'A'.repeat(43)}`, `/link/${short.id}`, `${short.path.slice(0, -1)}_`])
    expect((await browserOn(stage).get(guess)).status, guess).toBe(404)
  const expired = browserOn(stage)
  expired.cookie = `paircode-link=${short.id}.${'A'.repeat(43)}`
  expect((await expired.get('/link')).status).not.toBe(200)
})

test('guessing is limited by address', async () => {
  const stage = await setStage({ limits: { refusals: { points: 20, windowMs: 60_000 } } })
  const { path } = await invited(stage)
  const statuses: number[] = []
  for (let count = 0; count < 25; count++) statuses.push((await browserOn(stage).get(`/link/${'B'.repeat(43)}`)).status)
  expect(statuses.slice(0, 20).every((status) => status === 404)).toBe(true)
  expect(statuses.at(-1)).toBe(429)
  expect((await browserOn(stage).get(path)).status).toBe(429)
  await stage.clock.advance(60_000)
  expect((await browserOn(stage).get(path)).status).toBe(200)
})

test('a page elsewhere cannot continue, ask for a code, or cancel', async () => {
  const stage = await setStage()
  const { path } = await invited(stage)
  const browser = browserOn(stage)
  await browser.post(path)
  for (const target of [path, '/link/code', '/link/refresh', '/link/cancel'])
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      {},
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
    ])
      expect(
        (await stage.call('POST', target, { token: null, headers: { Cookie: browser.cookie, ...headers } })).status,
      ).toBe(403)
  expect(stage.emulator.stanzas).toHaveLength(0)
})

test('after a failure the person can try again; five codes, then it is enough', async () => {
  const stage = await setStage({ limits: { invitation: { points: 2, windowMs: 3_600_000 } } })
  const { path } = await invited(stage)
  const browser = browserOn(stage)
  await browser.post(path)
  stage.emulator.fail({ at: 'companion_hello', code: 452 })
  await browser.post('/link/code')
  const failed = await browser.get('/link')
  expect(failed.text).toContain('Not linked')
  expect(failed.text).toContain('Get a code again')
  expect((await browser.post('/link/code')).status).toBe(303)
  expect(codeOn(await browser.get('/link'))).toMatch(CODE)
  expect((await browser.post('/link/code')).status).toBe(303) // the live code stays
  expect((await browser.post('/link/cancel')).status).toBe(303)
  expect((await browser.post('/link/code')).status).toBe(429)
})

test('where WhatsApp gives no code (452) the visit goes on by QR code alone, for its own number', async () => {
  const stage = await setStage()
  const { path } = await invited(stage)
  const browser = browserOn(stage)
  await browser.post(path)
  expect((await browser.get('/link')).text).not.toContain('action="/link/qr"')
  stage.emulator.fail({ at: 'companion_hello', code: 452 })
  await browser.post('/link/code')
  expect((await browser.get('/link')).text).toContain('action="/link/qr"')

  expect((await browser.post('/link/qr')).status).toBe(303)
  const newest = async (): Promise<{ id: string; qr: { data: string } | null; state: string; problem: unknown }> =>
    (await stage.call('GET', '/v1/links')).body.links[0]
  const shown = await browser.get('/link')
  expect(shown.text).toContain('class="qr"')
  expect(shown.text).not.toContain('way=qr')
  expect(shown.text).not.toContain('/link/refresh')
  const stranger = stage.emulator.addPhone('+12025550188')
  await expect(stranger.scanQr((await newest()).qr?.data ?? '')).rejects.toThrow()
  const refused = await eventually(
    () => browser.get('/link'),
    ({ text }) => text.includes('Another account answered'),
  )
  expect(refused.text).toContain('action="/link/qr"')
  expect(await stage.store.list()).toEqual([])

  await browser.post('/link/qr')
  const { jid } = await stage.phone.scanQr((await newest()).qr?.data ?? '')
  await eventually(
    () => browser.get('/link'),
    ({ text }) => text.includes('>Linked</h1>'),
  )
  expect(jid).toMatch(/^12025550123:/)
  // No phone was asked but for the code that was refused.
  expect(stage.emulator.stanzas.filter(({ node }) => JSON.stringify(node).includes('companion_hello'))).toHaveLength(1)
})

test('the QR code alone is for who has a number, and not beside a link that is under way', async () => {
  const stage = await setStage()
  const { body } = await stage.call('POST', '/v1/invitations', {
    body: { session: 'sales', purpose: 'Any account', anyNumber: true },
  })
  const browser = browserOn(stage)
  expect((await browser.post('/link/qr')).status).toBe(404)
  await browser.post(new URL(body.url).pathname)
  expect((await browser.post('/link/qr')).headers.get('location')).toBe('/link')
  expect((await stage.call('GET', '/v1/links')).body.links).toEqual([])
  await browser.post('/link/code', { phone: NUMBER })
  const code = codeOn(await browser.get('/link'))
  await browser.post('/link/qr')
  expect(codeOn(await browser.get('/link'))).toBe(code)
  await stage.call('POST', '/v1/do-not-prompt', { body: { phone: NUMBER } })
  await browser.post('/link/cancel')
  expect((await browser.post('/link/qr')).status).toBe(403)
})

test('with anyNumber the person names the number; a wrong one is said, and nobody is asked', async () => {
  const stage = await setStage()
  const { body } = await stage.call('POST', '/v1/invitations', {
    body: { session: 'sales', purpose: 'Any account', anyNumber: true },
  })
  const browser = browserOn(stage)
  await browser.post(new URL(body.url).pathname)
  expect((await browser.get('/link')).text).toContain('name="phone"')
  const wrong = await browser.post('/link/code', { phone: '12' })
  expect(wrong.status).toBe(422)
  expect(wrong.text).toContain('role="alert"')
  expect(stage.emulator.stanzas).toHaveLength(0)
  expect((await browser.post('/link/code', { phone: NUMBER })).status).toBe(303)
  expect(codeOn(await browser.get('/link'))).toMatch(CODE)
})

test('a purpose has 140 characters in any script, joined as the script needs it', async () => {
  const stage = await setStage()
  for (const purpose of ['😀'.repeat(140), 'क्\u200dष की दुकान', 'می\u200cخواهم']) {
    const { path } = await invited(stage, { purpose })
    expect((await browserOn(stage).get(path)).text).toContain(purpose)
  }
})

test('an invitation can be for a second, and who kept its URL alone can revoke it, if it is theirs', async () => {
  const stage = await setStage()
  const short = await invited(stage, { expiresInSeconds: 1 })
  await stage.clock.advance(1_000)
  expect((await browserOn(stage).get(short.path)).status).toBe(410)
  const { path, secret, id } = await invited(stage)
  const token = await stage.tokenWith('links')
  expect((await stage.call('DELETE', `/v1/invitations/${secret}`, { token })).status).toBe(404)
  expect((await stage.call('DELETE', `/v1/invitations/${secret}`)).status).toBe(204)
  expect((await browserOn(stage).post(path)).status).toBe(410)
  const { entries } = (await stage.call('GET', '/v1/audit')).body
  expect(JSON.stringify(entries)).not.toContain(secret)
  expect(entries.find(({ action }: { action: string }) => action === 'invitation.revoke').subject).toBe(id)
})

test.each([
  [{ purpose: '' }, 'invalid-options'],
  [{ purpose: 'x'.repeat(141) }, 'invalid-options'],
  [{ purpose: 'two\nlines' }, 'invalid-options'],
  [{ purpose: 'turned \u202e round' }, 'invalid-options'],
  [{ phone: undefined }, 'invalid-phone'],
  [{ phone: 'nobody' }, 'invalid-phone'],
  [{ session: 'Sales' }, 'invalid-session'],
  [{ returnUrl: 'https://evil.example/' }, 'invalid-options'],
  [{ returnUrl: 'https://app.example@evil.example/' }, 'invalid-options'],
  [{ returnUrl: 'javascript:alert(1)' }, 'invalid-options'],
  [{ purpose: '😀'.repeat(141) }, 'invalid-options'],
  [{ purpose: '\u200d' }, 'invalid-options'],
  [{ expiresInSeconds: 0 }, 'invalid-options'],
  [{ expiresInSeconds: 604_801 }, 'invalid-options'],
])('an invitation with %j is refused', async (change, code) => {
  const { call } = await setStage({ returnOrigins: ['https://app.example'] })
  const { status, body } = await call('POST', '/v1/invitations', { body: { ...WISH, ...change } })
  expect([status, body.type]).toEqual([422, `urn:paircode:error:${code}`])
})
