// A server's whole day on a SQLite file, and then a search for every code, number, token, invitation and cookie, in every
// spelling in which secrets have leaked, in all that it left behind: rows of every table, files, logs, metrics, the trail,
// webhooks. What is sealed is opened, too, where nothing of it may be kept even so.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { internalsOf } from '../../src/store/internals.ts'
import { connect } from '../../src/store/sqlite/connection.ts'
import { createSearch, needlesOf } from '../conformance/secrets/needles.ts'
import { createRun, type Run } from '../conformance/secrets/run.ts'
import { type Answer, eventually, NUMBER, OPERATOR_TOKEN, type Stage, setStage } from './stage.ts'
import { startReceiver } from './webhooks/receiver.ts'

const GATED = '+12025550144'
const REFUSED = '+12025550145'
const INVITED = '+12025550146'
const LEFT_ALONE = '+12025550177'
const FORM = {
  'Sec-Fetch-Site': 'same-origin',
  'Content-Type': 'application/x-www-form-urlencoded',
  Accept: 'text/html',
}

function dump(run: Run, place: string, file: string): readonly string[] {
  const connection = connect(file)
  try {
    const tables = connection.all("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => String(name))
    for (const table of tables)
      for (const row of connection.all(`SELECT * FROM "${table}"`))
        for (const [column, value] of Object.entries(row))
          run.add(`${place}: ${table}.${column}`, value instanceof Uint8Array ? value : String(value))
    return tables
  } finally {
    connection.close()
  }
}

function codeSecrets(run: Run, name: string, code: string): void {
  expect(code, name).toMatch(/^[1-9A-Z]{4}-[1-9A-Z]{4}$/)
  run.secret(`${name}, with a dash`, code)
  run.secret(`${name}, without`, code.replace('-', ''))
  run.secret(`${name}, small letters`, code.replace('-', '').toLowerCase())
}

const ended = ({ call }: Stage, id: string): Promise<Answer> =>
  eventually(
    () => call('GET', `/v1/links/${id}`),
    ({ body }) => ['online', 'failed'].includes(body.state),
  )

/** A link that comes online, with everything that can be asked about it; a repeat; a refusal; one that is cancelled. */
async function links(run: Run, stage: Stage & { readonly folder: string }, token: string): Promise<void> {
  const { call, phone, emulator } = stage
  const body = { session: 'sales', phone: NUMBER, qr: true }
  const again = { token, body, headers: { 'Idempotency-Key': 'order-77' } }
  const started = await call('POST', '/v1/links', again)
  codeSecrets(run, 'code', started.body.code)
  run.secret('QR text', started.body.qr?.data)
  await call('POST', '/v1/links', again)
  await call('GET', `/v1/links/${started.body.id}`, { token })
  dump(run, 'a code on show', join(stage.folder, 'sessions.db'))
  await run.files('a code on show', stage.folder)
  await phone.enterCode(started.body.code)
  expect((await ended(stage, started.body.id)).body.state).toBe('online')
  await call('POST', '/v1/links', again)
  await call('GET', `/v1/links/${started.body.id}/events`, { token })

  emulator.fail({ at: 'companion_hello', code: 403, text: `no, ${REFUSED}` })
  const refused = await call('POST', '/v1/links', { body: { session: 'refused', phone: REFUSED } })
  expect(refused.body.state).toBe('failed')
  await call('POST', '/v1/links', { body: { session: 'x', phone: `${REFUSED}999999999` } })

  const gated = emulator.addPhone(GATED, { passkey: true })
  const waiting = await call('POST', '/v1/links', { body: { session: 'gated', phone: GATED, passkey: 'wait' } })
  codeSecrets(run, 'code of the gated', waiting.body.code)
  void gated.enterCode(waiting.body.code).catch(() => {})
  const asked = await eventually(
    () => call('GET', `/v1/links/${waiting.body.id}`),
    (answer) => answer.body.state === 'passkey',
  )
  run.secret('challenge', asked.body.passkey.options.challenge)
  dump(run, 'a passkey asked for', join(stage.folder, 'sessions.db'))
  await call('POST', `/v1/links/${waiting.body.id}/passkey`, { body: gated.confirmPasskey(asked.body.passkey.options) })
  await ended(stage, waiting.body.id)
}

/** An invitation from its making to the linked device, and another that is opened by the wrong one. */
async function visit(run: Run, stage: Stage): Promise<void> {
  const { call, emulator } = stage
  const phone = emulator.addPhone(INVITED)
  const wish = { session: 'invited', phone: INVITED, purpose: 'Link for us' }
  const { body } = await call('POST', '/v1/invitations', { body: wish })
  const { pathname } = new URL(body.url)
  run.secret('invitation', pathname.replace('/link/', ''))
  const bound = await call('POST', pathname, { token: null, headers: FORM })
  const cookie = (bound.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  run.secret('cookie of the visit', cookie.split('.')[1])
  await call('POST', pathname, { token: null, headers: FORM })
  const headers = { ...FORM, Cookie: cookie }
  await call('POST', '/link/code', { token: null, headers })
  const page = await call('GET', '/link', { token: null, headers })
  const code = /<span data-code[^>]*>([^<]+)</.exec(page.text)?.[1] ?? ''
  codeSecrets(run, 'code of the visit', code)
  await phone.enterCode(code)
  await eventually(
    () => call('GET', '/link', { token: null, headers }),
    ({ text }) => text.includes('>Linked</h1>'),
  )
}

/** Tokens that are made, wrong and revoked; the operator's browser; numbers that are left alone. */
async function administer(run: Run, stage: Stage, token: string): Promise<void> {
  const { call, url } = stage
  const made = await call('POST', '/v1/tokens', { body: { name: 'made', scopes: ['links'] } })
  run.secret('made token', made.body.token.slice(26))
  await call('DELETE', `/v1/tokens/${made.body.id}`)
  await call('GET', '/v1/links', { token: made.body.token })
  await call('GET', '/v1/links', { token: `${token.slice(0, -1)}_` })
  const login = await call('POST', '/ui/session', { token: null, body: { token }, headers: { Origin: url } })
  run.secret('cookie of the browser', (login.headers.get('set-cookie') ?? '').split(/[=;]/)[1])
  await call('POST', '/v1/do-not-prompt', { body: { phone: LEFT_ALONE } })
  await call('POST', '/v1/links', { body: { session: 'alone', phone: LEFT_ALONE } })
  await call('POST', '/v1/links', { raw: `{"phone":"${REFUSED}"`, headers: { 'Content-Type': 'application/json' } })
  await call('GET', `/v1/links/${encodeURIComponent(REFUSED)}`)
}

/** Without its seal: what a thief of the key would find of links that are over. */
async function opened(run: Run, { store }: Stage): Promise<void> {
  const { collections } = internalsOf(store)
  for (const [name, list] of [
    ['audit', 'trail'],
    ['outbox', 'events'],
    ['idempotency', 'all'],
  ] as const) {
    let count = 0
    for await (const { value } of collections.open<unknown>(name, (stored) => stored).all(list)) {
      run.add(`opened: ${name}`, JSON.stringify(value))
      count += 1
    }
    expect(count, name).toBeGreaterThan(0)
  }
}

test('no row, file, log line, figure, trail or webhook holds a code, number, token, invitation or cookie', async () => {
  const run = createRun()
  const folder = await mkdtemp(join(tmpdir(), 'paircode-server-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'sessions.db')
  const stage = await setStage({
    storeUrl: `sqlite:${file}`,
    logger: run.logger('log'),
    webhooksToLoopback: true,
    limits: { refusals: { points: 1_000, windowMs: 60_000 } },
  })
  const { call } = stage
  for (const number of [NUMBER, GATED, REFUSED, INVITED, LEFT_ALONE]) run.secret(`number ${number}`, number.slice(1))
  run.secret('token of the operator', OPERATOR_TOKEN)
  const token = await stage.tokenWith('links', 'codes', 'sessions', 'passkeys')
  run.secret('token', token.slice(26))
  const receiver = await startReceiver()
  const hook = await call('POST', '/v1/webhooks', { body: { url: receiver.url } })
  run.secret('secret of the webhook', hook.body.secret)
  run.secret('secret of the webhook, its bytes', Buffer.from(hook.body.secret.slice(6), 'base64'))

  await links(run, { ...stage, folder }, token)
  await visit(run, stage)
  await administer(run, stage, token)
  await eventually(
    async () => receiver.all.filter(({ type }) => type === 'session.online').length,
    (count) => count >= 3,
  )
  for (const { raw, headers } of receiver.all) run.add('webhook', raw + JSON.stringify(headers))
  for (const path of ['/metrics', '/v1/audit?limit=500', `/v1/webhooks/${hook.body.id}/deliveries`])
    run.add(path, (await call('GET', path)).text)
  await opened(run, stage)
  expect(dump(run, 'at the end', file)).toEqual(expect.arrayContaining(['documents', 'links', 'records']))
  await run.files('at the end', folder)
  await stage.server.close()
  await stage.store.close()
  dump(run, 'closed', file)
  await run.files('closed', folder)

  expect(run.secrets.size).toBeGreaterThan(20)
  expect(run.haystacks.filter(({ place }) => place.startsWith('log')).length).toBeGreaterThan(50)
  const findings = run.haystacks.flatMap(createSearch(needlesOf(run.secrets.values())))
  expect([...new Set(findings.map(({ place, name, spelling }) => `${name} in ${place}: ${spelling}`))]).toEqual([])
})

test('the search finds what is there', () => {
  const run = createRun()
  codeSecrets(run, 'code', 'ABCD-EFGH')
  run.add('a line', 'the code is abcdefgh')
  run.add('an address', `?code=${Buffer.from('ABCD-EFGH').toString('hex')}`)
  const findings = run.haystacks.flatMap(createSearch(needlesOf(run.secrets.values())))
  expect(new Set(findings.map(({ place }) => place))).toEqual(new Set(['a line', 'an address']))
})
