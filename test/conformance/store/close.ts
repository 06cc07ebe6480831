import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { fakeClock, turns } from '../../store/fake-clock.ts'
import { NUMBER, newlyLinked } from '../../store/samples.ts'
import { type Place, temporaryFolder } from './place.ts'

export function closeBehaviour(makePlace: () => Promise<Place>): void {
  it('a closed store refuses everything with a store-error, and closes twice', async () => {
    const store = await (await makePlace()).open()
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    const { state, saveCreds } = await store.authState('sales')
    const folder = await temporaryFolder()
    await Promise.all([store.close(), store.close()])
    for (const attempt of [
      () => store.list(),
      () => store.get('sales'),
      () => store.remove('sales'),
      () => store.authState('sales'),
      () => store.importFolder(folder, 'other'),
      () => store.exportFolder('sales', join(folder, 'new')),
      () => saveCreds(),
      () => state.keys.get('pre-key', ['1']),
      () => state.keys.set({ 'pre-key': { 1: null } }),
      () => inner.limits.take('x', 0),
      () => inner.acquire({ kind: 'session', key: 'sales' }),
      () => newlyLinked().then(inner.saveLinked),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'store-error', message: 'the store is closed' })
  })

  it('`await using` closes', async () => {
    const place = await makePlace()
    let leaked: { list(): Promise<unknown> } | undefined
    {
      await using store = await place.open()
      leaked = store
    }
    await expect(leaked.list()).rejects.toMatchObject({ code: 'store-error' })
  })

  it('what was written without waiting is kept when the store closes', async () => {
    const place = await makePlace()
    const store = await place.open()
    await internalsOf(store).saveLinked(await newlyLinked())
    const { state } = await store.authState('sales')
    const written = state.keys.set({ session: { 'a.0': Buffer.from('ratchet') } })
    await store.close()
    await expect(written).resolves.toBeUndefined()
    if (!place.lasts) return
    const { state: again } = await (await place.open()).authState('sales')
    expect(await again.keys.get('session', ['a.0'])).toEqual({ 'a.0': Buffer.from('ratchet') })
  })

  it('those who asked are told before the close, while the store still works', async () => {
    const store = await (await makePlace()).open()
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    const seen: unknown[] = []
    inner.beforeClose(async () => {
      seen.push((await store.list()).length)
    })
    const takeBack = inner.beforeClose(async () => {
      seen.push('taken back')
    })
    inner.beforeClose(() => Promise.reject(new Error('a hook that fails')))
    inner.beforeClose(() => {
      throw new Error('a hook that throws')
    })
    takeBack()
    await store.close()
    expect(seen).toEqual([1])
  })

  it('one who never answers holds the close up for 10 s, no longer', async () => {
    const clock = fakeClock()
    const store = await (await makePlace()).open({ clock })
    internalsOf(store).beforeClose(() => new Promise(() => {}))
    let closed = false
    const closing = store.close().then(() => {
      closed = true
    })
    await clock.advance(9_999)
    expect(closed).toBe(false)
    await clock.advance(1)
    await closing
    expect(clock.waiting).toBe(0)
  })

  it('leases are given back, and no timer is left', async () => {
    const clock = fakeClock()
    const place = await makePlace()
    const store = await place.open({ clock })
    await internalsOf(store).acquire({ kind: 'session', key: 'sales' })
    const other = place.lasts ? await place.open({ clock }) : undefined
    await store.close()
    expect(clock.waiting).toBe(0)
    if (other === undefined) return
    await (await internalsOf(other).acquire({ kind: 'session', key: 'sales' })).release()
  })

  it('a store prints nothing that it holds', async () => {
    const store = await (await makePlace()).open()
    const inner = internalsOf(store)
    await inner.saveLinked(await newlyLinked())
    await inner.limits.take(NUMBER, 0)
    await turns()
    for (const printed of [
      inspect(store, { depth: 9, showHidden: true }),
      JSON.stringify(store),
      String(store),
      inspect(inner, { depth: 9, showHidden: true }),
      JSON.stringify(inner),
    ])
      expect(printed).not.toMatch(/2025550|whatsapp|Buffer|private|sessions\.db/)
    expect(inspect(store)).toMatch(/^Store \{ (memory|sqlite|postgres) \}$/)
  })
}
