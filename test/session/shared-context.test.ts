// The sockets' storages share one; what Baileys uses them for is proven with Baileys' own code.
import hooks, { AsyncLocalStorage } from 'node:async_hooks'
import { addTransactionCapability } from 'baileys'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/lib/logger.ts'
import { inSharedContext } from '../../src/session/shared-context.ts'

/** As Baileys does: the name is looked up when it is called. */
const made = <Store>(): AsyncLocalStorage<Store> => inSharedContext(() => new hooks.AsyncLocalStorage<Store>())

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('storages of two sockets', () => {
  it('are storages, and keep their contexts apart across turns of the event loop', async () => {
    const [one, other] = [made<string>(), made<string>()]
    expect(one).toBeInstanceOf(AsyncLocalStorage)
    const seen = await one.run('a', async () => {
      await later()
      const inner = await other.run('b', async () => {
        await later()
        return [one.getStore(), other.getStore(), one.run('c', () => one.getStore())]
      })
      return [inner, one.getStore(), other.getStore()]
    })
    expect(seen).toEqual([['a', 'b', 'c'], 'a', undefined])
    expect([one.getStore(), other.getStore()]).toEqual([undefined, undefined])
  })

  it('give arguments, results and what is thrown through', () => {
    const one = made<string>()
    expect(one.run('a', (more: string) => `${one.getStore()}${more}`, 'b')).toBe('ab')
    expect(() => one.run('a', () => JSON.parse('{'))).toThrow(SyntaxError)
    expect(one.getStore()).toBeUndefined()
  })

  it('can be left, entered for good and disabled', () => {
    const [one, other] = [made<string>(), made<string>()]
    one.run('a', () => {
      other.enterWith('b')
      expect([one.getStore(), other.getStore()]).toEqual(['a', 'b'])
      expect(one.exit(() => [one.getStore(), other.getStore()])).toEqual([undefined, 'b'])
      one.disable()
      expect([one.getStore(), other.getStore()]).toEqual([undefined, 'b'])
    })
  })

  it('hold on to no context in which the next socket is made', () => {
    const one = made<string>()
    one.run('a', () => {
      expect(inSharedContext(() => one.getStore())).toBe(hasOwn(one) ? 'a' : undefined)
      expect(one.getStore()).toBe('a')
    })
  })
})

it('afterwards Node’s own storage is there again, also when the maker throws', () => {
  made()
  expect(() =>
    inSharedContext(() => {
      throw new Error('no socket')
    }),
  ).toThrow('no socket')
  expect(hooks.AsyncLocalStorage).toBe(AsyncLocalStorage)
  expect(Object.getPrototypeOf(new AsyncLocalStorage())).toBe(AsyncLocalStorage.prototype)
})

it('Baileys’ transactions keep their writes apart, and a promise of the process carries the mark of one storage only', async () => {
  const written: object[] = []
  const store = { get: async () => ({}), set: async (data: object) => void written.push(data) }
  const sockets = Array.from({ length: 20 }, () =>
    inSharedContext(() =>
      addTransactionCapability(store, silentLogger, { maxCommitRetries: 1, delayBetweenTriesMs: 0 }),
    ),
  )
  await Promise.all(
    sockets.map((keys, at) =>
      keys.transaction(async () => {
        await keys.set({ 'sender-key': { [`${at}`]: new Uint8Array([at]) } })
        await later()
        expect(keys.isInTransaction()).toBe(true)
        expect(sockets[(at + 1) % sockets.length]?.isInTransaction()).toBe(false)
        expect(Object.keys((await keys.get('sender-key', [`${at}`])) ?? {})).toEqual([`${at}`])
      }, 'one'),
    ),
  )
  expect(written).toHaveLength(20)
  const marks = Object.getOwnPropertySymbols(Promise.resolve()).filter((mark) => mark.description === 'kResourceStore')
  expect(marks.length).toBeLessThanOrEqual(1)
})

/** From Node 24 on storages are Node's own. */
function hasOwn(storage: AsyncLocalStorage<unknown>): boolean {
  return Object.getPrototypeOf(storage) === AsyncLocalStorage.prototype
}
