import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reachEndpoint } from '../../../src/cli/doctor/machine/endpoint.ts'
import { type MachineFacts, machineFacts } from '../../../src/cli/doctor/machine/facts.ts'
import { machineFindings } from '../../../src/cli/doctor/machine/findings.ts'
import { installedBaileys } from '../../../src/cli/doctor/machine/installed-baileys.ts'
import { proxyFor } from '../../../src/cli/doctor/machine/proxy.ts'
import { clockAhead, type Reach, reach } from '../../../src/cli/doctor/machine/reach.ts'
import { isInRange } from '../../../src/cli/doctor/machine/versions.ts'
import { startForgedEmulator } from '../../../src/emulator/emulator.ts'
import { startEmulator } from '../../../src/emulator/index.ts'
import { LinkError } from '../../../src/errors.ts'
import { type Clock, systemClock } from '../../../src/lib/clock.ts'
import { BAILEYS_VERSION } from '../../../src/linking/options.ts'
import { temporaryFolder } from '../../conformance/store/place.ts'
import { isInstalled } from '../support/programs.ts'
import { createTestClock } from '../support/test-clock.ts'

/** A constant, so that it is not taken for a program of a package. */
const OPENSSL = 'openssl'
const LIMIT_MS = 30_000

describe('versions and ranges', () => {
  const PEER = '>=7.0.0-rc13 <8.0.0-0'

  it.each<[string, string, boolean | undefined]>([
    ['20.19.0', '>=20.19', true],
    ['20.18.3', '>=20.19', false],
    ['v24.1.0', '>=20.19', true],
    ['7.0.0-rc14', PEER, true],
    ['7.0.0-rc13', PEER, true],
    ['7.0.0', PEER, true],
    ['7.3.1', PEER, true],
    ['6.17.16', PEER, false],
    ['8.0.0-rc1', PEER, false],
    ['8.0.0', PEER, false],
    ['1.0.0-alpha.1', '>1.0.0-alpha', true],
    ['1.0.0-alpha.2', '<1.0.0-alpha.10', true],
    ['1.0.0-1', '<1.0.0-a', true],
    ['1.0.0', '<=1.0.0', true],
    ['1.2.3', '=1.2.3', true],
    ['latest', PEER, undefined],
    ['7.0.0', '^7.0.0 || *', undefined],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(isInRange(version, range)).toBe(expected)
  })

  it('the Baileys of this project is found, with the version of WhatsApp Web that links announce', async () => {
    const { version } = JSON.parse(readFileSync('node_modules/baileys/package.json', 'utf8'))
    expect(await installedBaileys()).toEqual({ version, webVersion: BAILEYS_VERSION.join('.') })
  })
})

describe('the proxy of the environment', () => {
  it('is named without its password', () => {
    const proxy = proxyFor('web.whatsapp.com', { HTTPS_PROXY: 'http://me:secret@proxy.example:3128' })
    expect(proxy).toMatchObject({ variable: 'HTTPS_PROXY', shown: 'http://proxy.example:3128' })
  })

  it.each([
    [{}, undefined],
    [{ https_proxy: 'a.example:1', HTTPS_PROXY: 'b.example:1' }, 'http://a.example:1'],
    [{ ALL_PROXY: 'socks5://c.example:1080' }, 'socks5://c.example:1080'],
    [{ HTTPS_PROXY: 'a.example', NO_PROXY: 'localhost, .whatsapp.com' }, undefined],
    [{ HTTPS_PROXY: 'a.example', NO_PROXY: 'app.com' }, 'http://a.example'],
    [{ HTTPS_PROXY: 'a.example', no_proxy: '*' }, undefined],
  ])('%j: %s', (variables, shown) => {
    expect(proxyFor('web.whatsapp.com', variables)).toEqual(
      shown === undefined ? undefined : expect.objectContaining({ shown }),
    )
  })

  it.each(['http://[', '::::'])(
    '%s is no address: told by the name of the variable, never by what stands there',
    (given) => {
      expect(proxyFor('web.whatsapp.com', { https_proxy: given })).toEqual({ variable: 'https_proxy' })
    },
  )
})

async function listening<S extends Server | HttpServer>(server: S): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A host that proves itself as `localhost`, and says in which year it lives. */
async function securedHost(): Promise<{ readonly port: number; readonly ca: string }> {
  const folder = await temporaryFolder()
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync(OPENSSL, ['req', '-x509', ...curve, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  })
  const ca = readFileSync(certificate, 'utf8')
  const server = createHttpsServer({ key: readFileSync(key), cert: ca }, (_request, response) => {
    response.setHeader('Date', new Date(Date.now() - 3 * 86_400_000).toUTCString())
    response.end()
  })
  return { port: await listening(server), ca }
}

/** An http proxy, and how often it was asked. */
async function proxy(status: number, to: number): Promise<{ readonly url: URL; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const server = createHttpServer()
  server.on('connect', ({ url, headers }, socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`)
    socket.write(`HTTP/1.1 ${status} Whatever\r\n\r\n`)
    if (status !== 200) return void socket.end()
    const upstream = connect(to, '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
    socket.pipe(upstream).pipe(socket)
  })
  return { url: new URL(`http://me:secret@127.0.0.1:${await listening(server)}`), asked }
}

describe('reaching a host', () => {
  it.runIf(isInstalled(OPENSSL))(
    'over TLS tells how long it took and how far its clock is away, also through a proxy',
    async () => {
      const { port, ca } = await securedHost()
      const direct = await reach({ host: 'localhost', port, ca }, LIMIT_MS, systemClock)
      expect(direct).toMatchObject({ ok: true, ms: expect.any(Number) })
      expect(Math.round(Number(direct.ok && direct.ahead) / 3_600_000)).toBe(72)
      const { url, asked } = await proxy(200, port)
      expect(await reach({ host: 'localhost', port, ca, proxy: url }, LIMIT_MS, systemClock)).toMatchObject({
        ok: true,
      })
      expect(asked).toEqual([`localhost:${port} Basic ${Buffer.from('me:secret').toString('base64')}`])
    },
  )

  it.runIf(isInstalled(OPENSSL))(
    'that proves itself with a certificate of its own making is not the host',
    async () => {
      const { port } = await securedHost()
      expect(await reach({ host: 'localhost', port }, LIMIT_MS, systemClock)).toMatchObject({
        ok: false,
        why: 'certificate',
      })
    },
  )

  it('that refuses, hangs up, or speaks no TLS', async () => {
    const closed = await listening(createServer((socket) => socket.destroy()))
    const text = await listening(createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')))
    for (const port of [closed, text])
      expect(await reach({ host: 'localhost', port }, LIMIT_MS, systemClock)).toMatchObject({
        ok: false,
        why: 'no-answer',
      })
    const gone = createServer()
    const port = await listening(gone)
    await new Promise((resolve) => gone.close(resolve))
    expect(await reach({ host: 'localhost', port }, LIMIT_MS, systemClock)).toEqual({
      ok: false,
      why: 'no-answer',
      reason: 'the connection was refused',
    })
  })

  it('that is silent ends at the limit, directly and through a proxy', async () => {
    const clock = createTestClock()
    const connected: (() => void)[] = []
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => {})
        connected.shift()?.()
      }),
    )
    for (const target of [
      { host: 'localhost', port },
      { host: 'localhost', port: 443, proxy: new URL(`http://127.0.0.1:${port}`) },
    ]) {
      const arrived = new Promise<void>((resolve) => connected.push(resolve))
      const reached = reach(target, 5_000, clock)
      await arrived
      clock.advance(5_000)
      expect(await reached).toEqual({ ok: false, why: 'no-answer', reason: 'no answer within 5 s' })
      expect(clock.waiting).toBe(0)
    }
  })

  it('through a proxy that refuses says so', async () => {
    const { url } = await proxy(407, 1)
    const reached = await reach({ host: 'localhost', port: 443, proxy: url }, LIMIT_MS, systemClock)
    expect(reached).toEqual({ ok: false, why: 'no-answer', reason: 'the proxy refused (407)' })
  })
})

describe('how far the clock is away', () => {
  it.each([
    ['Tue, 20 Jan 2026 12:00:00 GMT', 0, 1_000, 0],
    ['Tue, 20 Jan 2026 11:00:00 GMT', 0, 1_000, 3_600_000],
    ['Tue, 20 Jan 2026 13:00:00 GMT', 0, 1_000, -3_600_000],
    [undefined, 0, 0, undefined],
    ['yesterday', 0, 0, undefined],
  ])('%s', (date, sent, received, expected) => {
    const noon = Date.UTC(2026, 0, 20, 12)
    expect(clockAhead(date, noon + sent, noon + received)).toBe(expected)
  })
})

describe('an endpoint', () => {
  it('is asked for a real handshake: an emulator proves itself, and has a clock', async () => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.stop())
    const reached = await reachEndpoint(emulator.endpoint, LIMIT_MS, systemClock)
    expect(reached).toMatchObject({ url: emulator.endpoint.url, error: undefined })
    expect(Math.abs(reached.ahead ?? Number.NaN)).toBeLessThan(60_000)
  })

  it('that has another root key is not trusted', async () => {
    const [emulator, other] = await Promise.all([startEmulator(), startEmulator()])
    onTestFinished(async () => void (await Promise.all([emulator.stop(), other.stop()])))
    const reached = await reachEndpoint(
      { url: emulator.endpoint.url, rootKey: other.endpoint.rootKey },
      LIMIT_MS,
      systemClock,
    )
    expect(reached.error).toMatchObject({ code: 'untrusted-server', reason: 'intermediate-signature' })
  })

  it('that is not there is a finding, and one that is none is refused', async () => {
    const emulator = await startEmulator()
    const { endpoint } = emulator
    await emulator.stop()
    const facts = await machineFacts({ variables: {}, endpoint, clock: systemClock })
    const found = machineFindings(facts).find(({ severity }) => severity === 'error')
    expect(found).toMatchObject({ code: 'endpoint-unreachable', next: expect.stringContaining('paircode emulator') })
    const elsewhere = { url: 'wss://example.com', rootKey: endpoint.rootKey }
    await expect(machineFacts({ variables: {}, endpoint: elsewhere, clock: systemClock })).rejects.toMatchObject({
      code: 'invalid-options',
    })
  })
})

describe('what is said of an endpoint', () => {
  /** The findings of one that is wrong in one thing, gravest ones alone. */
  async function said(endpoint: { readonly url: string; readonly rootKey: Uint8Array }, clock: Clock = systemClock) {
    const facts = await machineFacts({ variables: {}, endpoint, clock })
    return machineFindings(facts).filter(({ code }) => !['node', 'baileys'].includes(code))
  }
  const ROOT_KEY = new Uint8Array(32).fill(7)

  it('that is well: it proved itself, its clock agrees, and it was asked for no code', async () => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.stop())
    expect((await said(emulator.endpoint)).map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'ok endpoint',
      'ok clock',
    ])
    const asked = emulator.stanzas.filter(({ from }) => from === 'client')
    expect(asked).toEqual([])
  })

  it.each([
    [405, 'version-outdated', 'npm install'],
    [403, 'link-refused', 'Open WhatsApp'],
    [429, 'link-refused', 'Wait'],
    [503, 'link-refused', 'Try again'],
  ])('that answers with <failure reason="%i">: %s', async (code, finding, next) => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.stop())
    emulator.fail({ at: 'pair_device', code, as: 'failure' })
    const [found] = await said(emulator.endpoint)
    expect(found).toMatchObject({ severity: 'error', code: finding, next: expect.stringContaining(next) })
    expect(found?.sentence).toContain(String(code))
  })

  it.each(['leaf-signature', 'intermediate-issuer', 'key-mismatch'] as const)(
    'whose certificates have the defect %s: untrusted, with the reason',
    async (defect) => {
      const emulator = await startForgedEmulator(defect)
      onTestFinished(() => emulator.stop())
      const [found] = await said(emulator.endpoint)
      expect(found).toMatchObject({ code: 'endpoint-untrusted', sentence: expect.stringContaining(defect) })
    },
  )

  it('whose certificates are not valid now: the clock is to be set', async () => {
    const emulator = await startForgedEmulator('dates')
    onTestFinished(() => emulator.stop())
    const [found] = await said(emulator.endpoint)
    expect(found).toMatchObject({ code: 'certificate-dates', next: expect.stringContaining('clock') })
  })

  it('whose clock is another: off, with how much', async () => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.stop())
    const late: Clock = { ...systemClock, now: () => Date.now() + 5 * 60_000 }
    expect(await said(emulator.endpoint, late)).toContainEqual(
      expect.objectContaining({ code: 'clock-off', sentence: expect.stringContaining('5 minutes fast') }),
    )
  })

  it.each([
    ['hangs up', (socket: Socket) => void socket.destroy(), 'ws', 'endpoint-unreachable'],
    ['answers with HTTP 403', (socket: Socket) => void socket.end('HTTP/1.1 403 No\r\n\r\n'), 'ws', 'HTTP 403'],
    ['speaks no TLS', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'), 'wss', 'EPROTO'],
  ])('that %s: unreachable', async (_what, answer, scheme, words) => {
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', () => answer(socket))
      }),
    )
    const [found] = await said({ url: `${scheme}://127.0.0.1:${port}/ws/chat`, rootKey: ROOT_KEY })
    expect(found).toMatchObject({ severity: 'error', code: 'endpoint-unreachable' })
    expect(JSON.stringify(found)).toContain(words)
  })

  it.each(['handshake', 'pair_device'] as const)('that falls silent at %s: unreachable, at the limit', async (at) => {
    const emulator = await startEmulator()
    onTestFinished(() => emulator.stop())
    emulator.hold({ at })
    const clock = createTestClock()
    const before = emulator.connections.length
    const asked = reachEndpoint(emulator.endpoint, 5_000, { ...clock, now: Date.now })
    if (at === 'pair_device') await expect.poll(() => emulator.connections.length).toBe(before + 1)
    await expect.poll(() => clock.waiting).toBeGreaterThan(0)
    // Its own turn after the server's last word.
    const settled = asked.then(({ error }) => error)
    let error: Awaited<typeof settled> | 'waits' = 'waits'
    void settled.then((found) => {
      error = found
    })
    await expect
      .poll(() => {
        clock.advance(5_001)
        return error
      })
      .not.toBe('waits')
    expect(await settled).toMatchObject({ code: 'network', message: expect.stringContaining('within 5000 ms') })
  })
})

describe('what is said of a machine', () => {
  const reached: Reach = { ok: true, ms: 80, ahead: 400 }
  const unreached: Reach = { ok: false, why: 'no-answer', reason: 'the connection was refused' }
  const variables = { HTTPS_PROXY: 'http://me:secret@proxy.example:3128' }
  const proxySetting = proxyFor('web.whatsapp.com', variables)
  const WELL: MachineFacts = {
    node: { version: '20.20.2', range: '>=20.19' },
    baileys: { installed: { version: '7.0.0-rc14', webVersion: '2.3000.1' }, range: '>=7.0.0-rc13 <8.0.0-0' },
    webVersion: '2.3000.1',
    proxy: undefined,
    network: { to: 'whatsapp', direct: reached, throughProxy: undefined },
  }

  it.each<[readonly string[], Partial<MachineFacts>]>([
    [['ok node', 'ok baileys', 'ok whatsapp', 'ok clock'], {}],
    [['error node-too-old'], { node: { version: '18.0.0', range: '>=20.19' } }],
    [['error baileys-missing'], { baileys: { installed: undefined, range: '>=7' } }],
    [
      ['error baileys-out-of-range'],
      { baileys: { installed: { version: '6.17.16', webVersion: undefined }, range: '>=7' } },
    ],
    [
      ['error whatsapp-unreachable', 'note clock-unknown'],
      { network: { to: 'whatsapp', direct: unreached, throughProxy: undefined } },
    ],
    [
      ['error tls-intercepted', 'note clock-unknown'],
      { network: { to: 'whatsapp', direct: { ...unreached, why: 'certificate' }, throughProxy: undefined } },
    ],
    [
      ['error only-through-proxy', 'note proxy', 'ok clock'],
      { proxy: proxySetting, network: { to: 'whatsapp', direct: unreached, throughProxy: reached } },
    ],
    [['note proxy'], { proxy: proxySetting, network: { to: 'whatsapp', direct: reached, throughProxy: unreached } }],
    [['note proxy'], { proxy: proxySetting }],
    [['warning proxy'], { proxy: { variable: 'https_proxy' } }],
    ...(
      [
        ['ok link-ready', undefined],
        ['error whatsapp-untrusted', new LinkError('untrusted-server', 'no', { reason: 'leaf-issuer' })],
        ['error certificate-dates', new LinkError('untrusted-server', 'no', { reason: 'dates' })],
        ['error version-outdated', new LinkError('outdated-version', 'too old (405)', { status: 405 })],
        ['error link-refused', new LinkError('forbidden', 'not allowed (403)', { status: 403 })],
        ['error link-unreachable', new LinkError('network', 'no handshake within 5000 ms')],
      ] as const
    ).map(([found, error]): [readonly string[], Partial<MachineFacts>] => [
      [found],
      { network: { to: 'whatsapp', direct: reached, throughProxy: undefined, visit: { error, ms: 90 } } },
    ]),
    [
      ['warning clock-off'],
      { network: { to: 'whatsapp', direct: { ...reached, ahead: -120_000 }, throughProxy: undefined } },
    ],
    [
      ['error clock-off'],
      { network: { to: 'whatsapp', direct: { ...reached, ahead: 3 * 86_400_000 }, throughProxy: undefined } },
    ],
  ])('%j', (expected, change) => {
    const findings = machineFindings({ ...WELL, ...change })
    const said = findings.map(({ severity, code }) => `${severity} ${code}`)
    expect(said).toEqual(expect.arrayContaining([...expected]))
    expect(said.filter((one) => !one.startsWith('ok')).sort()).toEqual(
      expected.filter((one) => !one.startsWith('ok')).sort(),
    )
    expect(JSON.stringify(findings)).not.toContain('secret')
  })

  it('a clock that is off is told with its direction and its source', () => {
    const network = { to: 'whatsapp', direct: { ...reached, ahead: -120_000 }, throughProxy: undefined } as const
    const found = machineFindings({ ...WELL, network }).find(({ code }) => code === 'clock-off')
    expect(found?.sentence).toBe('The clock of this machine is 2 minutes slow, by web.whatsapp.com.')
  })
})
