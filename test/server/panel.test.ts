// The operator's pages as a server: who may press their buttons. How they look and work is in test/browser/operator.test.ts.
import { expect, test } from 'vitest'
import { type Answer, call as callAt, eventually, NUMBER, OPERATOR_TOKEN, type Stage, setStage } from './stage.ts'

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' }
const OWN = { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }

function post(
  { url }: Pick<Stage, 'url'>,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return callAt(url, 'POST', path, {
    token: null,
    headers: { ...FORM, ...headers },
    raw: new URLSearchParams(form).toString(),
  })
}

async function loggedIn(stage: Stage, token = OPERATOR_TOKEN): Promise<string> {
  const answer = await post(stage, '/ui/session', { token }, OWN)
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

async function linked(stage: Stage): Promise<void> {
  const { body } = await stage.call('POST', '/v1/links', { body: { session: 'shop', phone: NUMBER } })
  await stage.phone.enterCode(body.code)
}

test('no other page can press a button, and nothing is done for who is not logged in', async () => {
  const stage = await setStage()
  const cookie = await loggedIn(stage)
  const alone = { phone: '+12025550199' }
  const press = (headers: Readonly<Record<string, string>>): Promise<Answer> =>
    post(stage, '/ui/do-not-prompt', alone, headers)
  for (const from of [
    {},
    { Origin: 'null' },
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'null', 'Sec-Fetch-Site': 'same-site' },
  ])
    expect((await press({ Cookie: cookie, ...from })).status).toBe(403)
  expect(await press(OWN)).toMatchObject({ status: 303 })
  expect((await stage.call('GET', '/v1/do-not-prompt')).body.numbers).toEqual([])
  expect(await press({ Cookie: cookie, ...OWN })).toMatchObject({ status: 303 })
  expect((await stage.call('GET', '/v1/do-not-prompt')).body.numbers).toHaveLength(1)
  for (const path of ['/ui/invite', '/ui/sessions/x', '/ui/links/x', '/ui/tokens/x/revoke'])
    expect((await callAt(stage.url, 'GET', path, { token: null })).status, path).toBe(303)
  expect((await callAt(stage.url, 'GET', '/ui/events', { token: null })).status).toBe(401)
})

test('a link that waits for a passkey, or for codes to be compared, says who can go on and how', async () => {
  const stage = await setStage()
  stage.emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  const { body } = await stage.call('POST', '/v1/links', {
    body: { session: 'shop', phone: NUMBER, passkey: 'wait' },
  })
  void stage.phone.enterCode(body.code).catch(() => {})
  const headers = { Cookie: await loggedIn(stage), Accept: 'text/html' }
  const shows = (text: string): Promise<Answer> =>
    eventually(
      () => callAt(stage.url, 'GET', `/ui/links/${body.id}`, { token: null, headers }),
      (answer) => answer.text.includes(text),
    )
  expect((await shows('account’s owner can confirm')).text).toMatch(/passkey<\/code> \(scope|If nobody can, cancel/)
  const { passkey } = (await stage.call('GET', `/v1/links/${body.id}`)).body
  await stage.call('POST', `/v1/links/${body.id}/passkey`, { body: stage.phone.confirmPasskey(passkey.options) })
  const { code } = await stage.phone.comparison()
  expect((await shows('owner’s phone shows a code, too')).text).toContain(code)
})

test('what a button does leaves the same trail as a call, in the name of the token', async () => {
  const stage = await setStage()
  const cookie = await loggedIn(stage)
  await post(stage, '/ui/do-not-prompt', { phone: '+12025550199' }, { Cookie: cookie, ...OWN })
  const { entries } = (await stage.call('GET', '/v1/audit')).body
  expect(entries[0]).toMatchObject({ who: 'operator', action: 'do-not-prompt.add', phone: '+1••••••••99' })
})

test('a log-out that WhatsApp cannot be told says so, and the session can be removed all the same', async () => {
  const stage = await setStage()
  await linked(stage)
  const cookie = await loggedIn(stage)
  const state = async () => (await stage.call('GET', '/v1/sessions/shop')).body?.state
  await eventually(state, (now) => now === 'online')
  // The first login is held for 30 s.
  await stage.clock.advance(31_000)
  await eventually(state, (now) => now === 'offline')
  await stage.emulator.stop()
  /** Time passes until it is answered: so long WhatsApp is tried. */
  const pressed = async (path: string): Promise<Answer> => {
    let answer: Answer | undefined
    const pressing = post(stage, path, {}, { Cookie: cookie, ...OWN }).then((given) => {
      answer = given
      return given
    })
    await eventually(
      () => stage.clock.advance(1_000),
      () => answer !== undefined,
    )
    return pressing
  }
  const refused = await pressed('/ui/sessions/shop/log-out')
  expect(refused.status).toBe(409)
  expect(refused.text).toMatch(/Not done: [^<]*WhatsApp was not told/)
  expect(await stage.store.list()).toHaveLength(1)
  expect(await pressed('/ui/sessions/shop/remove')).toMatchObject({ status: 303 })
  expect(await stage.store.list()).toEqual([])
})

test('links and invitations are listed newest first: to a token its own, to an admin all', async () => {
  const stage = await setStage()
  const own = await stage.tokenWith('links')
  const wish = { session: 'shop', phone: NUMBER, purpose: 'So that we can answer' }
  await stage.call('POST', '/v1/invitations', { body: wish })
  const made = await stage.call('POST', '/v1/invitations', { body: { ...wish, session: 'mine' }, token: own })
  const all = (await stage.call('GET', '/v1/invitations')).body.invitations
  expect(all).toMatchObject([{ session: 'mine', state: 'open', phone: '+1••••••••23' }, { session: 'shop' }])
  expect(JSON.stringify(all)).not.toContain(new URL(made.body.url).pathname.replace('/link/', ''))
  expect((await stage.call('GET', '/v1/invitations', { token: own })).body.invitations).toHaveLength(1)
  await stage.call('DELETE', `/v1/invitations/${made.body.id}`)
  expect((await stage.call('GET', '/v1/invitations')).body.invitations[0].state).toBe('revoked')

  await linked(stage)
  await stage.call('POST', '/v1/links', { body: { session: 'mine', phone: NUMBER, anyway: true }, token: own })
  const links = (await stage.call('GET', '/v1/links')).body.links
  expect(links).toMatchObject([
    { session: 'mine', state: 'code', code: expect.stringMatching(/^.{4}-.{4}$/) },
    { session: 'shop' },
  ])
  expect((await stage.call('GET', '/v1/links', { token: own })).body.links).toMatchObject([
    { session: 'mine', code: null },
  ])
  expect((await stage.call('GET', '/v1/links', { token: await stage.tokenWith('sessions') })).status).toBe(403)
})

test('an open page is told what changed, no more than its token may see, until the login ends', async () => {
  const stage = await setStage()
  const token = await stage.tokenWith('sessions')
  const stream = await fetch(`${stage.url}/ui/events`, { headers: { Cookie: await loggedIn(stage, token) } })
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader()
  let heard = ''
  const hears = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(heard)) {
      const { done, value } = await reader.read()
      if (done) throw new Error(`the stream ended after: ${heard}`)
      heard += Buffer.from(value).toString('utf8')
    }
  }
  await hears(/event: changed\ndata: \[\]/)
  await linked(stage)
  await hears(/"kind":"session","name":"shop"/)
  expect(heard).not.toContain('"kind":"link"')
  expect(heard).not.toContain(NUMBER.slice(1))
  const [info] = await stage.tokens.list()
  await stage.tokens.revoke(info?.id ?? '')
  await stage.clock.advance(20_000)
  for (;;) if ((await reader.read()).done) break
})
