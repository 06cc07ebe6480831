import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Logger, silentLogger } from '../../src/lib/logger.ts'
import { maskedLogger, maskedValue } from '../../src/session/masked-logger.ts'

const NUMBER = '12025550123'
const KEY = randomBytes(32)

function recorder(level = 'trace'): { readonly logger: Logger; readonly told: unknown[][] } {
  const told: unknown[][] = []
  const write = (...args: unknown[]): void => void told.push(args)
  const logger: Logger = {
    level,
    child: (bindings) => {
      told.push([bindings])
      return logger
    },
    trace: write,
    debug: write,
    info: write,
    warn: write,
    error: write,
  }
  return { logger, told }
}

describe('a masked logger', () => {
  it('tells no number, code or key, in whatever they come', () => {
    const { logger, told } = recorder()
    const safe = maskedLogger(logger)
    const error = Object.assign(new Error(`for ${NUMBER}`, { cause: new Error('ABCD-EFGH') }), { data: { key: KEY } })
    safe.info({ jid: `${NUMBER}@s.whatsapp.net`, asNumber: Number(NUMBER), big: BigInt(NUMBER) }, `to +${NUMBER}`)
    safe.error({ error, list: [error] }, 'it failed')
    safe.trace({ bytes: new Uint8Array(KEY), list: [...KEY], json: { type: 'Buffer', data: [...KEY] } })
    safe.trace({ xml: `<key>${KEY.toString('hex')}</key>`, shown: inspect({ KEY, list: [...KEY] }) })
    safe.debug({ map: new Map([[NUMBER, KEY]]), set: new Set([NUMBER]), [NUMBER]: 1, privKey: 'short', token: 1234 })
    safe.child({ user: NUMBER }).warn(`plain ${NUMBER}`)
    safe.info({
      get url() {
        return `wss://host/?user=${NUMBER}`
      },
      toJSON: () => NUMBER,
      key: KEY.toString('base64'),
    })
    const text = inspect(told, { depth: 20, showHidden: true }) + JSON.stringify(told)
    const secrets = [
      NUMBER,
      'ABCD-EFGH',
      KEY.toString('hex'),
      KEY.toString('base64'),
      [...KEY].join(','),
      'short',
      '1234',
    ]
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(text).not.toContain(KEY.toString('hex').match(/../g)?.slice(0, 8).join(' '))
    expect(text).toContain('[32 bytes]')
    expect(told).toHaveLength(8)
  })

  it('leaves plain words, small numbers and times as they are', () => {
    const plain = { tag: 'iq', ms: 60_000, at: new Date(0), ok: true, none: null, list: [1, 'two'] }
    expect(maskedValue(plain)).toEqual({ ...plain, at: '1970-01-01T00:00:00.000Z' })
  })

  it('ends in what contains itself, or has no end', () => {
    const ring: Record<string, unknown> = {}
    ring['self'] = ring
    expect(maskedValue(ring)).toEqual({ self: '[circular]' })
    let deep: unknown = NUMBER
    for (let depth = 0; depth < 40; depth += 1) deep = [deep]
    expect(JSON.stringify(maskedValue(deep))).toContain('[deeper]')
  })

  it('has the level of the given one, both ways, and masks nothing that is not logged', () => {
    const { logger, told } = recorder('warn')
    const safe = maskedLogger(logger)
    const costly = {
      get value(): never {
        throw new Error('looked at')
      },
    }
    safe.debug(costly)
    expect(told).toEqual([])
    safe.level = 'debug'
    expect(logger.level).toBe('debug')
    expect(() => safe.debug(costly)).toThrow('looked at')
    logger.level = 'own name'
    safe.trace('heard')
    expect(told).toEqual([['heard']])
  })

  it('is wrapped once', () => {
    const safe = maskedLogger(silentLogger)
    expect(maskedLogger(safe)).toBe(safe)
  })
})
