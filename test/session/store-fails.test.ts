// The store under a socket: what it cannot keep must not be acknowledged.
import type { AuthenticationState } from 'baileys'
import { describe, expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import type { Store } from '../../src/store/contract.ts'
import { openStore } from '../../src/store/index.ts'
import { internalsOf, rememberInternals } from '../../src/store/internals.ts'
import { keep, saveLink, until } from './kept-online.ts'

interface Broken {
  fails: 'get' | 'set' | 'save' | 'confirm' | 'retire' | 'remove' | undefined
  cause: Error
}

/** A store that works until it is told what to fail at. */
async function brittle(): Promise<{ store: Store; broken: Broken }> {
  const sound = await openStore('memory:')
  await saveLink(sound, true)
  const broken: Broken = { fails: undefined, cause: new StoreError('store-error', 'the disk is full') }
  const tried = (what: Broken['fails']): void => {
    if (broken.fails === what) throw broken.cause
  }
  const store: Store = {
    ...sound,
    async remove(session) {
      tried('remove')
      await sound.remove(session)
    },
    async authState(session) {
      const { state, saveCreds } = await sound.authState(session)
      const keys: AuthenticationState['keys'] = {
        async get(type, ids) {
          tried('get')
          return state.keys.get(type, ids)
        },
        async set(data) {
          tried('set')
          await state.keys.set(data)
        },
      }
      return {
        state: { creds: state.creds, keys },
        async saveCreds() {
          tried('save')
          await saveCreds()
        },
      }
    },
  }
  const inner = internalsOf(sound)
  rememberInternals(store, {
    ...inner,
    async confirm(session, at) {
      tried('confirm')
      await inner.confirm(session, at)
    },
    async retire(session, state) {
      tried('retire')
      await inner.retire(session, state)
    },
  })
  return { store, broken }
}

const keysOf = (config: Readonly<Record<string, unknown>>) => (config['auth'] as AuthenticationState).keys

describe('a store that fails', () => {
  test.each([
    ['writing keys', 'set'],
    ['reading keys', 'get'],
    ['writing credentials', 'save'],
  ] as const)('%s: the socket is closed before Baileys goes on, and the session stops', async (_, fails) => {
    const { store, broken } = await brittle()
    const { connection, sockets, clock } = await keep({ store })
    await until(() => sockets.count === 1)
    const { current } = sockets
    current.open()
    broken.fails = fails
    const keys = keysOf(current.config)
    if (fails === 'save') {
      current.socket.ev.emit('creds.update', {})
      await until(() => current.isEnded)
    } else {
      const work = fails === 'set' ? keys.set({ session: { a: Buffer.of(1) } }) : keys.get('session', ['a'])
      // Whatever Baileys would send next comes after its own await of this.
      await Promise.resolve(work).catch(() => expect(current.isEnded).toBe(true))
    }
    expect(current.isEnded).toBe(true)
    expect(await connection.stopped).toBe('store-error')
    expect(clock.waiting).toBe(0)
    expect(sockets.count).toBe(1)
    broken.fails = undefined
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
    await (await keep({ store })).connection.close()
  })

  test('noting the login stops it as store-error; a session that was removed meanwhile, as not-linked', async () => {
    for (const [cause, reason] of [
      [new StoreError('store-error', 'locked'), 'store-error'],
      [new StoreError('not-linked', 'gone'), 'not-linked'],
      [new StoreError('lease-lost', 'taken'), 'lease-lost'],
    ] as const) {
      const { store, broken } = await brittle()
      Object.assign(broken, { fails: 'confirm', cause })
      const { connection, sockets } = await keep({ store })
      await until(() => sockets.count === 1)
      sockets.current.open()
      expect(await connection.stopped).toBe(reason)
      expect(sockets.current.isEnded).toBe(true)
    }
  })

  test('archiving an unlinked session stops it as store-error: the next start learns it again', async () => {
    const { store, broken } = await brittle()
    broken.fails = 'retire'
    const { connection, sockets } = await keep({ store })
    await until(() => sockets.count === 1)
    sockets.current.failure({ reason: '401' })
    expect(await connection.stopped).toBe('store-error')
  })

  test('removing after a log-out tells whoever asked for it', async () => {
    const { store, broken } = await brittle()
    broken.fails = 'remove'
    const { connection, sockets } = await keep({ store })
    await until(() => sockets.count === 1)
    sockets.current.open()
    const left = connection.logout()
    left.catch(() => {})
    await until(() => sockets.current.queries.length === 1)
    sockets.current.queries[0]?.resolve({ tag: 'iq', attrs: { type: 'result' } })
    await expect(left).rejects.toMatchObject({ code: 'store-error' })
    expect(await connection.stopped).toBe('store-error')
  })

  test('that is closed already stops it at once', async () => {
    const store = await openStore('memory:')
    await saveLink(store, true)
    await store.close()
    const { keepOnline } = await import('../../src/session/keep-online.ts')
    const connection = keepOnline({ session: 'sales', store }, { random: () => 1, lookUpVersion: undefined })
    expect(await connection.stopped).toBe('store-error')
  })

  test('Baileys is told not to try a failed write again', async () => {
    const { connection, sockets } = await keep()
    await until(() => sockets.count === 1)
    expect(sockets.current.config['transactionOpts']).toEqual({ maxCommitRetries: 1, delayBetweenTriesMs: 0 })
    await connection.close()
  })
})
