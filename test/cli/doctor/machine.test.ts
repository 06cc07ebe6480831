import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reachEndpoint } from '../../../src/cli/doctor/machine/endpoint.ts'
import { type MachineFacts, machineFacts } from '../../../src/cli/doctor/machine/facts.ts'
import { machineFindings } from '../../../src/cli/doctor/machine/findings.ts'
import { installedBaileys } from '../../../src/cli/doctor/machine/installed-baileys.ts'
import { proxyFor } from '../../../src/cli/doctor/machine/proxy.ts'
import { clockAhead, type Reach, reach } from '../../../src/cli/doctor/machine/reach.ts'
import { isInRange } from '../../../src/cli/doctor/machine/versions.ts'
import { startEmulator } from '../../../src/emulator/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
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
    [{ HTTPS_PROXY: 'http://[' }, undefined],
  ])('%j: %s', (variables, shown) => {
    expect(proxyFor('web.whatsapp.com', variables)?.shown).toBe(shown)
  })
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
