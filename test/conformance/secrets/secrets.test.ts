// The whole way of an account through this package, with every ending that we can bring about, and then a search for
// every secret in everything that it left behind: files, logs, errors, what its objects print, and what the command says.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthenticationState } from 'baileys'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { requestCode } from '../../../src/baileys/index.ts'
import { type Emulator, type Phone, startEmulator } from '../../../src/emulator/index.ts'
import { type Connection, connect, createLimiter, type LinkOptions, link, parsePhone } from '../../../src/index.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { type BuiltCli, buildCli } from '../../cli/support/built-cli.ts'
import { createWorkplace } from '../../cli/support/running-cli.ts'
import { textOf } from '../../emulator/plain-baileys.ts'
import { noPostgres, sharedServer } from '../store/postgres-server.ts'
import { createSearch, type Finding, needlesOf } from './needles.ts'
import { createRun, type Run } from './run.ts'

const NUMBER = '12025550123'
const CONTACT = '12025550188'
/** For links that are refused, one each: no number may ask often. */
const REFUSED = ['12025550130', '12025550131', '12025550132', '12025550133', '12025550134', '12025550135']
const OTHERS = { requested: '12025550140', command: '12025550141' }
const OLD = Buffer.from('the old key of this store, 32 by')
const NEW = Buffer.from('the new key of this store, 32 by')

/** What may be seen where, and why. Everything else is a leak. */
const ALLOWED: readonly { readonly place: RegExp; readonly name: RegExp; readonly why: string }[] = [
  {
    place: /^event code \((inspect|JSON)\)$/,
    name: /^pairing code/,
    why: 'the event is how a program gets the code that it shows',
  },
  {
    place: /^event qr \((inspect|JSON)\)$/,
    name: /^(qr|session: adv secret)/,
    why: 'a QR code is the ref and the adv secret of its moment (docs/protocol.md section 2)',
  },
  {
    place: /^requested code \((inspect|JSON)\)$/,
    name: /^pairing code/,
    why: 'the answer is the code that was asked for',
  },
  {
    place: /^(event (paired|online)|linked session|session info|import report) \((inspect|JSON)\)$/,
    name: /^(number|lid)/,
    why: 'the account, as a JID, for the program that asked for it',
  },
  {
    place: /^command: stdout of (link|sessions)/,
    name: /^(number|lid|pairing code)/,
    why: 'a pipe gets what link() tells: the code, and the JID of the account',
  },
  {
    place: /^parsed number \(JSON\)$/,
    name: /^number/,
    why: 'a parsed number is the number, for the program that parsed it',
  },
]

/** Keeps what the database holds now for the search, under this name. */
type Leave = (place: string) => Promise<void>

const KEPT_IN: readonly {
  readonly name: string
  at(run: Run, folder: string): Promise<{ readonly url: string; readonly leave: Leave }>
}[] = [
  {
    name: 'SQLite, with its WAL',
    at: async (run, folder) => ({
      url: `sqlite:${join(folder, 'sessions.db')}`,
      leave: (place) => run.files(place, folder),
    }),
  },
  ...(noPostgres ? [] : [{ name: 'PostgreSQL, every table and its WAL', at: onPostgres }]),
]

async function onPostgres(run: Run): Promise<{ readonly url: string; readonly leave: Leave }> {
  const server = await sharedServer()
  return {
    url: server.url('secrets'),
    async leave(place) {
      const tables = await server.query(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = 'secrets'`,
      )
      expect(tables.length).toBeGreaterThan(4)
      for (const { table_name: table } of tables)
        for (const row of await server.query(`SELECT * FROM secrets."${String(table)}"`))
          for (const [column, value] of Object.entries(row))
            run.add(`${place}: ${String(table)}.${column}`, value instanceof Uint8Array ? value : String(value))
      await run.files(`${place}, WAL`, join(server.folder, 'data', 'pg_wal'))
    },
  }
}

let cli: BuiltCli
beforeAll(async () => {
  cli = await buildCli()
}, 120_000)
afterAll(() => cli.remove())

it.each(KEPT_IN)('nothing that a run leaves behind holds a secret: $name', { timeout: 240_000 }, async (kept) => {
  const run = createRun()
  const console = keepConsole(run)
  const emulator = await startEmulator()
  const folder = await mkdtemp(join(tmpdir(), 'paircode-secrets-'))
  const workplace = createWorkplace(() => cli.main)
  onTestFinished(async () => {
    console.restore()
    await workplace.close()
    await emulator.stop()
    await rm(folder, { recursive: true, force: true })
  })
  run.secret('old key of the store', OLD)
  run.secret('new key of the store', NEW)
  for (const number of [NUMBER, CONTACT, ...REFUSED, ...Object.values(OTHERS)]) run.secret(`number ${number}`, number)
  const phone = emulator.addPhone(NUMBER)
  const contact = emulator.addPhone(CONTACT)
  const { url, leave } = await kept.at(run, join(folder, 'store'))

  let store = await openStore(url, { key: OLD })
  await linkByCode(run, emulator, store, phone)
  await talk(run, emulator, store, contact)
  await refuse(run, emulator, store)
  await leave('stored while open')
  await copyFolders(run, store, folder)
  await store.close()

  await run.error('old key', openStore(url, { key: NEW }))
  store = await openStore(url, { key: NEW, previousKeys: [OLD] })
  await store.resealed()
  run.show('store', store)
  await talk(run, emulator, store, contact)
  await collectSecrets(run, 'session', (await store.authState('sales')).state)
  await askOnOwnSocket(run, emulator, store, leave)
  await leave('stored after the change of the key')
  await store.remove('sales')
  await store.close()
  await run.error('closed', store.list())
  await run.error('wrong key', openStore(url, { key: OLD }))
  await leave('stored after the close')
  await runCommand(run, emulator, workplace)

  expect(run.secrets.size).toBeGreaterThan(900)
  expect(run.haystacks.map(({ content }) => content.length).reduce((sum, size) => sum + size)).toBeGreaterThan(500_000)
  run.show('emulated phone', phone)
  const search = createSearch(needlesOf(run.secrets.values()))
  const findings = run.haystacks.flatMap(search)
  const leaks = findings.filter((finding) => !ALLOWED.some((allowed) => fits(allowed, finding)))
  expect([...new Set(leaks.map(({ place, name, spelling }) => `${name} in ${place}: ${spelling}`))]).toEqual([])
  for (const allowed of ALLOWED)
    expect(
      findings.some((finding) => fits(allowed, finding)),
      `needless: ${allowed.why}`,
    ).toBe(true)
})

it('the search finds every secret in every spelling that it looks for', () => {
  const secrets = [
    { name: 'key', value: Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 200) & 255)) },
    { name: 'number', value: NUMBER },
  ]
  const search = createSearch(needlesOf(secrets))
  for (const { name, value } of secrets) {
    const bytes = Buffer.from(value)
    const written: readonly (string | Uint8Array)[] = [
      bytes,
      bytes.toString('hex'),
      bytes.toString('base64'),
      Buffer.concat([Buffer.of(1), bytes, Buffer.of(2)]).toString('base64url'),
      encodeURIComponent(Buffer.concat([Buffer.of(1, 2), bytes]).toString('base64')),
      JSON.stringify({ bytes }),
      JSON.stringify({ bytes: new Uint8Array(bytes) }),
      `${[...bytes].join(', ')}`,
      `<Buffer ${bytes.toString('hex').match(/../g)?.join(' ')}>`,
    ]
    for (const content of written)
      expect(
        search({ place: 'here', content }).map((finding) => finding.name),
        String(content),
      ).toContain(name)
  }
  expect(search({ place: 'here', content: '+1 (202) 555-0123' }).map(({ name }) => name)).toContain('number')
  expect(search({ place: 'here', content: '+1 202 555 0124, 2025550123' })).toEqual([])
})

function fits(allowed: (typeof ALLOWED)[number], { place, name }: Finding): boolean {
  return allowed.place.test(place) && allowed.name.test(name)
}

async function linkByCode(run: Run, emulator: Emulator, store: Store, phone: Phone): Promise<void> {
  const linking = link({
    session: 'sales',
    phone: `+${NUMBER}`,
    store,
    qr: true,
    endpoint: emulator.endpoint,
    logger: run.logger('log of link()'),
    device: { name: 'Acme Sales' },
  })
  run.show('linking', linking)
  run.show('parsed number', parsePhone(`+${NUMBER}`))
  for await (const event of linking) {
    run.show(`event ${event.type}`, event)
    run.show('linking', linking)
    if (event.type === 'qr') run.secret('qr', event.data.split('#')[1]?.split(',')[0])
    if (event.type !== 'code') continue
    rememberCode(run, event.code)
    await run.error('phone: wrong code', phone.enterCode(wrongFor(event.code)))
    void phone.enterCode(event.code)
  }
  run.show('linked session', await linking.result)
  run.show('linking', linking)
  for (const device of phone.linkedDevices()) run.show('linked session', device)
}

/** The bot of the session answers a text of a contact, and one that it gets after a reconnect. */
async function talk(run: Run, emulator: Emulator, store: Store, contact: Phone): Promise<void> {
  const bot = connect({
    session: 'sales',
    store,
    endpoint: emulator.endpoint,
    logger: run.logger('log of connect()'),
    socket: { logger: run.logger('log that was given to Baileys'), markOnlineOnConnect: true },
  })
  run.show('connection', bot)
  bot.on('state', (state) => run.show('connection state', state))
  bot.on('socket', (socket) => {
    socket.ev.on('messages.upsert', async ({ messages }) => {
      for (const message of messages) {
        if (message.key.fromMe || textOf(message) === '') continue
        await socket.sendMessage(message.key.remoteJid ?? '', { text: `echo: ${textOf(message)}` })
      }
    })
  })
  await isOnline(bot)
  for (const text of ['one', 'two']) {
    await contact.send(NUMBER, text)
    expect(await contact.received()).toMatchObject({ text: `echo: ${text}` })
  }
  emulator.streamError(515)
  await contact.send(NUMBER, 'three')
  expect(await contact.received()).toMatchObject({ text: 'echo: three' })
  run.show('connection', bot)
  await run.error('second connection', stopped(connect({ session: 'sales', store, endpoint: emulator.endpoint })))
  run.show('session info', await store.get('sales'))
  run.show('session info', await store.list())
  await collectSecrets(run, 'session', (await store.authState('sales')).state)
  await bot.close()
  run.show('connection', bot)
}

async function isOnline(bot: Connection): Promise<void> {
  await expect.poll(() => bot.state.name, { timeout: 20_000 }).toBe('online')
}

async function stopped(bot: Connection): Promise<never> {
  throw new Error(await bot.stopped)
}

/** One link for every ending that needs no other clock. */
async function refuse(run: Run, emulator: Emulator, store: Store): Promise<void> {
  const faults = [
    { code: 400 },
    { code: 403 },
    { code: 429, backoffS: 60 },
    { code: 452 },
    { code: 500 },
    { code: 418 },
  ]
  for (const [index, fault] of faults.entries()) {
    const number = REFUSED[index] ?? ''
    emulator.addPhone(number)
    emulator.fail({ at: 'companion_hello', ...fault })
    await refused(run, `refused with ${fault.code}`, emulator, store, { phone: `+${number}`, retry: { attempts: 1 } })
  }
  await refused(run, 'session exists', emulator, store, { session: 'sales', ifLinked: 'reject' })
  await refused(run, 'no number', emulator, store, { phone: `+999${CONTACT}${CONTACT}` })
  await refused(run, 'session name', emulator, store, { session: `+${NUMBER}` })
  await refused(run, 'session name', emulator, store, { session: NUMBER.repeat(8) })
  await refused(run, 'cooling down', emulator, store, { phone: `+${REFUSED[2]}`, session: 'cool' })
  await run.error('session name', store.get(`+${NUMBER}`))
  await run.error('not linked', store.restore('nobody'))
  await run.error('limiter', createLimiter({ store }).take(`${NUMBER} and more`))
  run.show('limiter', await createLimiter({ store }).peek(`+${REFUSED[3]}`))
  emulator.tamper({ at: 'pair_success', with: 'hmac' })
  await refusedAtPhone(run, emulator, store, 'forged')
  emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  await refusedAtPhone(run, emulator, store, 'passkey')
}

function attempt(run: Run, emulator: Emulator, store: Store, options: Partial<LinkOptions>) {
  return link({
    session: 'refused',
    phone: `+${REFUSED[3]}`,
    store,
    endpoint: emulator.endpoint,
    logger: run.logger('log of a refused link()'),
    ...options,
  })
}

async function refused(
  run: Run,
  what: string,
  emulator: Emulator,
  store: Store,
  options: Partial<LinkOptions>,
): Promise<void> {
  const linking = attempt(run, emulator, store, options)
  await run.error(what, linking.result)
  for await (const event of linking) run.show(`event of ${what}`, event)
  run.show(`linking, ${what}`, linking)
}

async function refusedAtPhone(run: Run, emulator: Emulator, store: Store, session: string): Promise<void> {
  const number = session === 'forged' ? '12025550150' : '12025550151'
  run.secret(`number ${number}`, number)
  const phone = emulator.addPhone(number)
  const linking = attempt(run, emulator, store, { session, phone: `+${number}` })
  const { code } = await linking.code()
  rememberCode(run, code)
  phone.enterCode(code).catch((thrown: unknown) => run.show(`phone, ${session}`, thrown))
  await run.error(session, linking.result)
}

async function copyFolders(run: Run, store: Store, folder: string): Promise<void> {
  const exported = join(folder, 'exported')
  await store.exportFolder('sales', exported)
  await using other = await openStore('memory:')
  run.show('import report', await other.importFolder(exported, 'copy'))
  await run.error('export into a full folder', store.exportFolder('sales', exported))
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(exported, `session-${CONTACT}.0.json`), '{"cut')
  await run.error('import of a broken folder', other.importFolder(exported, 'broken'))
  await writeFile(join(exported, 'creds.json'), JSON.stringify({ me: { id: `${NUMBER}@s.whatsapp.net` } }))
  await run.error('import of half a link', other.importFolder(exported, 'broken'))
  await rm(exported, { recursive: true })
}

/** A bot that keeps its own socket, on an auth state of ours. Its logger is its own affair: Baileys gets it directly. */
async function askOnOwnSocket(run: Run, emulator: Emulator, store: Store, leave: Leave): Promise<void> {
  const { default: makeWASocket } = await import('baileys')
  const { silentLogger } = await import('../../../src/lib/logger.ts')
  const phone = emulator.addPhone(OTHERS.requested)
  const { state, saveCreds } = await store.authState('own')
  const socket = makeWASocket({ ...emulator.socketConfig(), auth: state, logger: silentLogger } as never)
  socket.ev.on('creds.update', () => void saveCreds())
  const closed = new Promise<void>((resolve) =>
    socket.ev.on('connection.update', ({ connection }) => connection === 'close' && resolve()),
  )
  for (const code of [400, 403, 429]) {
    emulator.fail({ at: 'companion_hello', code })
    await run.error(`requestCode, ${code}`, requestCode(socket, `+${OTHERS.requested}`))
  }
  await run.error('requestCode, no number', requestCode(socket, `+999${OTHERS.requested}${NUMBER}`))
  const requested = await requestCode(socket, `+${OTHERS.requested}`)
  rememberCode(run, requested.code)
  run.show('requested code', requested)
  await run.error('requestCode, again', requestCode(socket, `+${OTHERS.requested}`))
  await run.error('phone: wrong code', phone.enterCode(wrongFor(requested.code)))
  await leave('stored while a code is out')
  await phone.enterCode(requested.code)
  await closed
  await collectSecrets(run, 'own', state)
  run.show('session info', await store.get('own'))
}

async function runCommand(run: Run, emulator: Emulator, workplace: ReturnType<typeof createWorkplace>): Promise<void> {
  const phone = emulator.addPhone(OTHERS.command)
  const contact = emulator.addPhone('12025550142')
  run.secret('number 12025550142', '12025550142')
  const key = Buffer.from('the key that the command is told')
  run.secret('key of the command', key)
  const start = (...args: string[]) =>
    workplace.run(args, {
      PAIRCODE_ENDPOINT: emulator.endpoint.url,
      PAIRCODE_ROOT_KEY: Buffer.from(emulator.endpoint.rootKey).toString('base64'),
      PAIRCODE_KEY: key.toString('base64'),
      PAIRCODE_LOG: 'trace',
    })
  const keep = async (what: string, running: ReturnType<typeof start>) => {
    const { stdout, stderr } = await running.ended
    run.add(`command: stdout of ${what}`, stdout)
    run.add(`command: stderr of ${what}`, stderr)
    return stderr
  }
  const linking = start('link', `+${OTHERS.command}`, '--json')
  const { code } = await linking.event('code')
  rememberCode(run, String(code))
  await run.error('phone: wrong code', phone.enterCode(wrongFor(String(code))))
  await phone.enterCode(String(code))
  await keep('link', linking)
  const bot = start('connect', 'main', '--echo')
  while ((await bot.event('state')).state !== 'online');
  await contact.send(OTHERS.command, 'four')
  expect(await contact.received()).toMatchObject({ text: 'four' })
  bot.child.kill('SIGINT')
  expect(await keep('connect', bot)).toContain('"level":10')
  await keep('sessions', start('sessions', '--json'))
  await keep('no number', start('link', `+999${OTHERS.command}${NUMBER}`))
  await keep('wrong use', start('connect', `+${OTHERS.command}`))
  emulator.fail({ at: 'companion_hello', code: 403 })
  await keep('refused', start('link', `+${OTHERS.command}`, '--replace', '--session', 'refused', '--json'))
  const store = await openStore(`sqlite:${join(workplace.folder, '.paircode', 'sessions.db')}`, { key })
  await collectSecrets(run, 'command', (await store.authState('main')).state)
  await run.files('files of the command', join(workplace.folder, '.paircode'))
  await store.close()
}

/** All of the credentials and keys of an auth state that nobody else may know. */
async function collectSecrets(run: Run, name: string, { creds, keys }: AuthenticationState): Promise<void> {
  const moment = run.haystacks.length
  run.secret(`${name}: noise key`, creds.noiseKey.private)
  run.secret(`${name}: identity key`, creds.signedIdentityKey.private)
  run.secret(`${name}: signed pre-key`, creds.signedPreKey.keyPair.private)
  run.secret(`${name}: pairing key`, creds.pairingEphemeralKeyPair.private)
  run.secret(`${name}: adv secret`, Buffer.from(creds.advSecretKey, 'base64'))
  run.secret(`${name}: account signature`, creds.account?.accountSignature ?? undefined)
  run.secret(`${name}: device signature`, creds.account?.deviceSignature ?? undefined)
  run.secret(`lid of ${name}`, creds.me?.lid?.split(':')[0])
  const preKeys = await keys.get(
    'pre-key',
    Array.from({ length: 850 }, (_, index) => String(index + 1)),
  )
  for (const [id, pair] of Object.entries(preKeys)) run.secret(`${name}: pre-key ${id}`, pair.private)
  const lids = await keys.get('lid-mapping', [CONTACT, '12025550142', NUMBER, OTHERS.command])
  const users = Object.values(lids).flatMap((lid) => [`${lid}_1.0`, `${lid}.0`])
  for (const lid of Object.values(lids)) run.secret(`lid ${lid}`, String(lid))
  const sessions = await keys.get('session', users)
  run.secretsIn(`${name} at ${moment}: session`, sessions)
  if (name === 'session' || name === 'command') expect(Object.keys(sessions).length).toBeGreaterThan(0)
  const syncKeyId = creds.myAppStateKeyId
  if (syncKeyId !== undefined)
    run.secretsIn(`${name}: app state key`, (await keys.get('app-state-sync-key', [syncKeyId]))[syncKeyId]?.keyData)
}

function rememberCode(run: Run, code: string): void {
  run.secret(`pairing code ${code}`, code)
  run.secret(`pairing code ${code} without its dash`, code.replace('-', ''))
}

function wrongFor(code: string): string {
  return `${code.slice(0, 8)}${code.endsWith('Z') ? 'Y' : 'Z'}`
}

/**
 * libsignal, under Baileys, writes sessions to the console, which a library has no business to change (docs/keys.md
 * says how a program does it). Nothing of ours writes there.
 */
function keepConsole(run: Run): { restore(): void } {
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
  const before = methods.map((method) => console[method])
  for (const method of methods)
    console[method] = (...told: unknown[]) => {
      const isLibsignal =
        /^(Closing|Opening|Removing old closed) session|^Session already|^Closing open session|^Decrypted message/
      if (!isLibsignal.test(String(told[0]))) run.show(`console.${method}`, told)
    }
  return {
    restore() {
      for (const [index, method] of methods.entries()) console[method] = before[index] ?? console[method]
    },
  }
}
