import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readEnvironment, type Variables } from '../../src/cli/environment.ts'
import { LinkError } from '../../src/errors.ts'

const KEY = Buffer.alloc(32, 0xfb)
const BASE64 = KEY.toString('base64')
const ENDPOINT = { PAIRCODE_ENDPOINT: 'ws://127.0.0.1:4444/ws/chat', PAIRCODE_ROOT_KEY: BASE64 }

type ReadFile = (path: string) => Uint8Array
const noFile: ReadFile = () => {
  throw new Error('no file is to be read')
}
const read = (variables: Variables, readFile: ReadFile = noFile) => readEnvironment(variables, readFile)

function refusal(variables: Variables, readFile: ReadFile = noFile): LinkError {
  try {
    read(variables, readFile)
  } catch (thrown) {
    if (thrown instanceof LinkError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('the environment', () => {
  it('has defaults for everything', () => {
    expect(read({})).toEqual({ store: 'sqlite:./.paircode/sessions.db', previousKeys: [], log: 'silent' })
  })

  it('takes an empty variable for one that is not set', () => {
    const names = ['STORE', 'KEY', 'KEY_FILE', 'KEY_OLD', 'ENDPOINT', 'ROOT_KEY', 'LOG']
    expect(read(Object.fromEntries(names.map((name) => [`PAIRCODE_${name}`, ' '])))).toEqual(read({}))
  })

  it('takes the address of the store as it is', () => {
    expect(read({ PAIRCODE_STORE: 'memory:' }).store).toBe('memory:')
  })

  it.each([
    ['base64', BASE64],
    ['base64 without padding', BASE64.replace('=', '')],
    ['base64url', KEY.toString('base64url')],
    ['base64 with spaces around', ` ${BASE64}\n`],
  ])('reads a key in %s', (_what, text) => {
    expect(Buffer.from(read({ PAIRCODE_KEY: text }).key ?? [])).toEqual(KEY)
  })

  it('reads a key from a file, as text or as bytes', () => {
    for (const content of [Buffer.from(`${BASE64}\n`), KEY]) {
      const paths: string[] = []
      const { key } = read({ PAIRCODE_KEY_FILE: '/run/secrets/key' }, (path) => {
        paths.push(path)
        return content
      })
      expect(Buffer.from(key ?? [])).toEqual(KEY)
      expect(paths).toEqual(['/run/secrets/key'])
    }
  })

  it('reads several earlier keys', () => {
    const other = randomBytes(32)
    const { previousKeys } = read({ PAIRCODE_KEY_OLD: `${BASE64}, ${other.toString('base64')}` })
    expect(previousKeys.map((key) => Buffer.from(key))).toEqual([KEY, other])
  })

  it('reads an endpoint with its root key', () => {
    const { endpoint } = read(ENDPOINT)
    expect(endpoint?.url).toBe(ENDPOINT.PAIRCODE_ENDPOINT)
    expect(Buffer.from(endpoint?.rootKey ?? [])).toEqual(KEY)
  })

  it.each(['trace', 'debug', 'INFO', 'warn', 'error', 'silent'])('knows the log level %s', (level) => {
    expect(read({ PAIRCODE_LOG: level }).log).toBe(level.toLowerCase())
  })
})

describe('a wrong setting is refused with its name and never with its value:', () => {
  const SECRET = 'c2VjcmV0LXNlY3JldC1zZWNyZXQ'
  it.each<readonly [string, Variables, string]>([
    ['a key of another length', { PAIRCODE_KEY: SECRET }, 'PAIRCODE_KEY'],
    ['a key that is no base64', { PAIRCODE_KEY: `${SECRET}!${SECRET}` }, 'PAIRCODE_KEY'],
    ['two keys', { PAIRCODE_KEY: BASE64, PAIRCODE_KEY_FILE: '/key' }, 'PAIRCODE_KEY_FILE'],
    ['a key file that cannot be read', { PAIRCODE_KEY_FILE: '/nowhere' }, 'PAIRCODE_KEY_FILE'],
    ['an earlier key of another length', { PAIRCODE_KEY_OLD: `${BASE64},${SECRET}` }, 'PAIRCODE_KEY_OLD'],
    ['an endpoint without a root key', { PAIRCODE_ENDPOINT: 'ws://127.0.0.1:1/' }, 'PAIRCODE_ROOT_KEY'],
    ['a root key without an endpoint', { PAIRCODE_ROOT_KEY: BASE64 }, 'PAIRCODE_ENDPOINT'],
    ['a root key of another length', { ...ENDPOINT, PAIRCODE_ROOT_KEY: SECRET }, 'PAIRCODE_ROOT_KEY'],
    ['an endpoint that is no address', { ...ENDPOINT, PAIRCODE_ENDPOINT: 'nonsense' }, 'PAIRCODE_ENDPOINT'],
    ['a log level that is none', { PAIRCODE_LOG: 'loud' }, 'PAIRCODE_LOG'],
  ])('%s', (_what, variables, name) => {
    const error = refusal(variables)
    expect(error.code).toBe('invalid-options')
    expect(error.message).toContain(name)
    expect(error.advice).not.toBe('')
    const said = `${error.message} ${error.advice}`
    for (const value of [SECRET, BASE64, 'loud', 'nonsense']) expect(said).not.toContain(value)
  })

  it('a key file that holds something else', () => {
    expect(refusal({ PAIRCODE_KEY_FILE: '/key' }, () => Buffer.from('short')).message).toContain('PAIRCODE_KEY_FILE')
  })
})
