import { DEFAULT_CONNECTION_CONFIG } from 'baileys/lib/Defaults/index.js'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BAILEYS_VERSION, checkOptions, type LinkOptions } from '../../src/linking/options.ts'
import type { Store } from '../../src/store/contract.ts'
import { WHATSAPP } from '../../src/wire/endpoint.ts'
import { bytesFrom } from './keys.ts'
import { linkErrorOf } from './link-errors.ts'

// Nothing of the store is touched before the options are known to be good.
const store = new Proxy(
  {},
  {
    get() {
      throw new Error('the store was touched')
    },
  },
) as Store
const BASE = { session: 'sales', store, phone: '+1 202 555 0123' }
const check = (changes: Record<string, unknown> = {}) => checkOptions({ ...BASE, ...changes } as LinkOptions)
const refused = (changes: Record<string, unknown>) => linkErrorOf(() => check(changes))

afterEach(() => vi.unstubAllEnvs())

describe('options that are left out', () => {
  it('have the defaults of the contract', () => {
    expect(check()).toMatchObject({
      session: 'sales',
      qr: false,
      notify: true,
      ifLinked: 'return',
      refresh: 'auto',
      maxCodes: 3,
      codeTtlMs: 180_000,
      timeoutMs: 600_000,
      connectTimeoutMs: 20_000,
      retry: { attempts: 3, delayMs: 5_000, maxDelayMs: 60_000 },
      firstLogin: true,
      fixedCode: undefined,
      endpoint: WHATSAPP,
      version: BAILEYS_VERSION,
    })
    expect(check().device.name).toBe('Paircode')
  })

  it('offer the QR code when there is no phone', () => {
    expect(checkOptions({ session: 'sales', store }).qr).toBe(true)
  })

  it('advertise the version of WhatsApp Web that Baileys ships', () => {
    expect(BAILEYS_VERSION).toEqual(DEFAULT_CONNECTION_CONFIG.version)
  })
})

describe('the account of a link by QR code alone', () => {
  it('is named without a phone, and as text', () => {
    expect(checkOptions({ session: 'sales', store, account: '+1 202 555 0123' }).qr).toBe(true)
    expect(refused({ account: '+1 202 555 0123' })).toMatchObject({ code: 'invalid-options' })
    expect(refused({ phone: undefined, account: 7 })).toMatchObject({ code: 'invalid-options' })
  })
})

describe('a session name', () => {
  it.each(['a', '0', 'sales', 'sales.eu-1_b', 'a'.repeat(64)])('may be %s', (session) => {
    expect(check({ session }).session).toBe(session)
  })

  it.each(
    [
      '',
      ' ',
      'Sales',
      '.hidden',
      '-x',
      '_x',
      'a/b',
      '../up',
      'a b',
      'ä',
      'a\n',
      'a'.repeat(65),
      undefined,
      null,
      7,
      {},
    ].map((session) => ({ session })),
  )('cannot be $session', ({ session }) => {
    expect(refused({ session })).toMatchObject({ code: 'invalid-session', retryable: false })
  })

  it('that is a telephone number by mistake is not repeated', () => {
    const { message, advice } = refused({ session: '+12025550123' })
    expect(`${message}${advice}`).not.toMatch(/2025550123/)
  })
})

describe('a device', () => {
  it('that poses as another is invalid-device', () => {
    expect(refused({ device: { name: 'WhatsApp' } }).code).toBe('invalid-device')
    expect(refused({ device: { browser: 'Acme' } }).code).toBe('invalid-device')
    expect(refused({ device: { os: 'Acme' } }).code).toBe('invalid-device')
  })
})

describe('a fixed code', () => {
  it.each(['ABCD-EFGH', 'abcdefgh', 'ABCDEFGH'])('may be %s', (fixedCode) => {
    expect(check({ fixedCode }).fixedCode).toBe('ABCDEFGH')
  })

  it.each(['', 'ABC', 'ABCDEFG0', 'ABCDEFGHJ', 12345678, null, {}].map((fixedCode) => ({ fixedCode })))(
    'cannot be $fixedCode',
    ({ fixedCode }) => {
      expect(refused({ fixedCode }).code).toBe('invalid-code')
    },
  )

  it('is refused in production, whatever it is', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(refused({ fixedCode: 'ABCD-EFGH' }).code).toBe('invalid-options')
    expect(check().fixedCode).toBeUndefined()
  })

  it('is never repeated in an error', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { message, advice } = refused({ fixedCode: 'ABCD-EFGH' })
    expect(`${message}${advice}`).not.toMatch(/ABCD/)
  })

  it('without a phone contradicts itself', () => {
    expect(refused({ phone: undefined, fixedCode: 'ABCD-EFGH' }).code).toBe('invalid-options')
  })
})

describe('contradictions', () => {
  it.each([
    ['no phone and no QR code', { phone: undefined, qr: false }],
    ['a longest delay below the first', { retry: { delayMs: 10_000, maxDelayMs: 5_000 } }],
  ])('%s are invalid-options', (_, changes) => {
    expect(refused(changes).code).toBe('invalid-options')
  })

  it('a first delay above a minute moves the longest one, which was not given', () => {
    expect(check({ retry: { delayMs: 90_000 } }).retry).toEqual({ attempts: 3, delayMs: 90_000, maxDelayMs: 90_000 })
  })
})

describe('an endpoint', () => {
  const rootKey = bytesFrom('another root')

  it.each([
    'ws://127.0.0.1:8080/ws/chat',
    'ws://127.8.9.10/ws',
    'ws://localhost:1',
    'ws://[::1]:8080/x',
    'wss://127.0.0.1/x',
  ])('with its own root key may be %s', (url) => {
    expect(check({ endpoint: { url, rootKey } }).endpoint.rootKey).toEqual(Uint8Array.from(rootKey))
  })

  it.each([
    'wss://web.whatsapp.com/ws/chat',
    'wss://example.com',
    'wss://127.0.0.1.example.com',
    'wss://localhost.example.com',
    'wss://10.0.0.1',
    'wss://192.168.1.2',
    'wss://0.0.0.0',
    'wss://[::]',
    'wss://[2001:db8::1]',
    'wss://[::ffff:203.0.113.1]',
    'wss://127.0.0.1@example.com/',
  ])('with its own root key cannot be %s: only loopback addresses', (url) => {
    expect(refused({ endpoint: { url, rootKey } }).code).toBe('invalid-options')
  })

  it('with WhatsApp’s root key may be a relay anywhere, but not in the clear', () => {
    expect(
      check({ endpoint: { url: 'wss://relay.example.com/ws', rootKey: WHATSAPP.rootKey } }).endpoint.url,
    ).toContain('relay')
    expect(refused({ endpoint: { url: 'ws://relay.example.com/ws', rootKey: WHATSAPP.rootKey } }).code).toBe(
      'invalid-options',
    )
  })

  it.each(
    [
      {},
      { url: 'ws://127.0.0.1' },
      { url: 'ws://127.0.0.1', rootKey: new Uint8Array(31) },
      { url: 'ws://127.0.0.1', rootKey: new Uint8Array(33) },
      { url: 'ws://127.0.0.1', rootKey: 'text' },
      { url: 'ws://127.0.0.1', rootKey: null },
      { url: 'http://127.0.0.1', rootKey },
      { url: 'file:///etc', rootKey },
      { url: 'not a url', rootKey },
      { url: '', rootKey },
      { url: 7, rootKey },
      { rootKey },
      'ws://127.0.0.1',
      7,
      null,
    ].map((endpoint) => ({ endpoint })),
  )('cannot be $endpoint', ({ endpoint }) => {
    expect(refused({ endpoint }).code).toBe('invalid-options')
  })

  it('keeps a root key of its own: a caller who changes theirs later changes nothing', () => {
    const given = Uint8Array.from(rootKey)
    const { endpoint } = check({ endpoint: { url: 'ws://127.0.0.1', rootKey: given } })
    given.fill(0)
    expect(endpoint.rootKey).toEqual(Uint8Array.from(rootKey))
  })
})

describe('every other option', () => {
  const numbers = ['maxCodes', 'codeTtlMs', 'timeoutMs', 'connectTimeoutMs']
  const notNumbers = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null, true, {}, 2 ** 31, 2n]

  it.each(numbers)('%s is a whole number of at least 1', (name) => {
    expect(check({ [name]: 1 })).toMatchObject({ [name]: 1 })
    for (const value of notNumbers) expect(refused({ [name]: value }).code).toBe('invalid-options')
  })

  it('codeTtlMs is 180 s at most, which is how long WhatsApp keeps a code', () => {
    expect(check({ codeTtlMs: 180_000 }).codeTtlMs).toBe(180_000)
    expect(refused({ codeTtlMs: 180_001 }).code).toBe('invalid-options')
  })

  it.each(['delayMs', 'maxDelayMs'])('retry.%s is a whole number of at least 0', (name) => {
    expect(check({ retry: { delayMs: 0, maxDelayMs: 0, [name]: 0 } }).retry).toMatchObject({ [name]: 0 })
    for (const value of notNumbers.filter((one) => one !== 0))
      expect(refused({ retry: { [name]: value } }).code).toBe('invalid-options')
  })

  it('retry.attempts is a whole number of at least 1', () => {
    expect(check({ retry: { attempts: 1 } }).retry.attempts).toBe(1)
    for (const value of notNumbers) expect(refused({ retry: { attempts: value } }).code).toBe('invalid-options')
  })

  it.each([
    ['ifLinked', ['return', 'reject', 'replace']],
    ['refresh', ['auto', 'manual']],
  ])('%s is one of %j', (name, values) => {
    for (const value of values) expect(check({ [name]: value })).toMatchObject({ [name]: value })
    for (const value of ['', 'Return', 'none', null, true, 1])
      expect(refused({ [name]: value }).code).toBe('invalid-options')
  })

  it('passkey is fail or wait', () => {
    for (const passkey of ['fail', 'wait', undefined]) expect(() => check({ passkey })).not.toThrow()
    for (const passkey of ['', 'always', null, true]) expect(refused({ passkey }).code).toBe('invalid-options')
  })

  it.each(['qr', 'notify', 'firstLogin'])('%s is true or false', (name) => {
    for (const value of [true, false]) expect(check({ [name]: value })).toMatchObject({ [name]: value })
    for (const value of ['true', 1, 0, null, {}]) expect(refused({ [name]: value }).code).toBe('invalid-options')
  })

  it.each([{ phone: 12025550123 }, { phone: null }, { phone: {} }, { phone: true }])(
    'phone is text: not %o',
    (changes) => {
      expect(refused(changes).code).toBe('invalid-options')
    },
  )

  it.each(
    [[], [2, 3000], [2, 3000, 1, 1], [2, 3000, -1], [2, 3000, 1.5], ['2', '3000', '1'], '2.3000.1', null, {}].map(
      (version) => ({ version }),
    ),
  )('version is three whole numbers: not $version', ({ version }) => {
    expect(refused({ version }).code).toBe('invalid-options')
  })

  it('of the wrong type is refused before anything is touched', () => {
    const wrong = [
      { retry: 3 },
      { retry: 'fast' },
      { device: 'Acme Sales' },
      { device: 7 },
      { lenient: 'yes' },
      { defaultCountry: 1 },
      { socket: 'fast' },
      { makeWASocket: 'baileys' },
      { clock: {} },
      { logger: 'pino' },
      { signal: {} },
      { agent: 'http://127.0.0.1:3128' },
      { agent: { host: '127.0.0.1', port: 3128 } },
    ]
    const taken = wrong.filter((changes) => {
      try {
        check(changes)
        return true
      } catch (error) {
        return !linkErrorOf(() => {
          throw error
        }).code.startsWith('invalid-')
      }
    })
    expect(taken).toEqual([])
  })
})

describe('no options at all', () => {
  it.each([undefined, null, 7, 'sales'])('%s is invalid-options', (options) => {
    expect(linkErrorOf(() => checkOptions(options as never)).code).toBe('invalid-options')
  })
})

describe('any option with any value', () => {
  const names = [
    'session',
    'phone',
    'qr',
    'notify',
    'ifLinked',
    'refresh',
    'maxCodes',
    'codeTtlMs',
    'timeoutMs',
  ].concat(['connectTimeoutMs', 'passkey', 'firstLogin', 'fixedCode', 'version'])

  it('is taken or refused with a LinkError that names what is wrong; never another error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), (name, value) => {
        try {
          check({ [name]: value })
        } catch (error) {
          const { code, message, advice } = linkErrorOf(() => {
            throw error
          })
          return /^invalid-(session|device|code|options)$/.test(code) && message !== '' && advice !== ''
        }
        return true
      }),
      { numRuns: 1000 },
    )
  })
})
