// A change of the store key, in a place that lasts: with other stores and other processes at it at the same time, and
// killed. test/store/key-change.test.ts has every interruption one by one.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Store } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { JID, newlyLinked, preKeys } from '../../store/samples.ts'
import { keyIdOf, keyIdsIn, NEW, NEWER, OLD, OTHER } from '../../store/shared-database.ts'
import { startChild } from './children.ts'
import type { Place } from './place.ts'

const CONTACTS = Array.from({ length: 500 }, (_, index) => `contact ${index}`)
const KILLS = Number(process.env['KILLS'] ?? 12)

async function fill(place: Place): Promise<void> {
  const store = await place.open({ key: OLD })
  const inner = internalsOf(store)
  for (const session of ['removed', 'sales'])
    await inner.saveLinked(await newlyLinked({ session, preKeys: preKeys(812) }))
  await store.remove('removed')
  const { state } = await store.authState('sales')
  await state.keys.set({
    session: Object.fromEntries(CONTACTS.map((id) => [id, Buffer.from(id)])),
    'pre-key': { 1: null },
  })
  await inner.limits.take('an account', 1_000)
  await store.close()
}

async function expectSealedWith(place: Place, key: Uint8Array): Promise<void> {
  const rows = await place.rows?.()
  if (rows === undefined) throw new Error('a place that lasts shows its rows')
  expect(await keyIdsIn(rows)).toEqual([keyIdOf(key)])
}

async function expectWhole(store: Store): Promise<void> {
  const { state } = await store.authState('sales')
  expect(state.creds.me?.id).toBe(JID)
  expect(Object.keys(await state.keys.get('pre-key', ['1', '2', '812']))).toEqual(['2', '812'])
  expect(await state.keys.get('session', CONTACTS)).toEqual(
    Object.fromEntries(CONTACTS.map((id) => [id, Buffer.from(id)])),
  )
  expect(await internalsOf(store).limits.peek('an account', 1_000)).toMatchObject({ remaining: 2 })
}

/** Only where something is left for the next opening. */
export function keyChangeBehaviour(makePlace: () => Promise<Place>): void {
  const at = (title: string, run: (place: Place) => Promise<void>, timeout?: number): void =>
    it(
      title,
      async (context) => {
        const place = await makePlace()
        if (!place.lasts) return context.skip('what is in memory has one opening and one key')
        await run(place)
      },
      timeout,
    )

  at('seals everything anew, so that the old key is never needed again', async (place) => {
    await fill(place)
    const store = await place.open({ key: NEW, previousKeys: [OTHER, OLD] })
    await expectWhole(store)
    await store.resealed()
    await expectSealedWith(place, NEW)
    await store.close()
    const again = await place.open({ key: NEW })
    await again.resealed()
    await expectWhole(again)
    await again.restore('removed')
    expect((await again.authState('removed')).state.creds.me?.id).toBe(JID)
    await expect(place.open({ key: OLD })).rejects.toMatchObject({ code: 'wrong-key' })
  })

  at('is finished by a close', async (place) => {
    await fill(place)
    await (await place.open({ key: NEW, previousKeys: [OLD] })).close()
    await expectSealedWith(place, NEW)
    await expectWhole(await place.open({ key: NEW }))
  })

  at('with the old key missing is refused, touches nothing, and can be done again with it', async (place) => {
    await fill(place)
    await expect(place.open({ key: NEW, previousKeys: [OTHER] })).rejects.toMatchObject({ code: 'wrong-key' })
    await expectSealedWith(place, OLD)
    await (await place.open({ key: NEW, previousKeys: [OLD] })).resealed()
    await expectSealedWith(place, NEW)
  })

  at('two stores at once, and one that knows the old key only: it is refused, and nothing gets lost', async (place) => {
    await fill(place)
    const outdated = await place.open({ key: OLD })
    const { state } = await outdated.authState('sales')
    await state.keys.set({ session: { before: Buffer.from('kept') } })
    const stores = await Promise.all([1, 2].map(() => place.open({ key: NEW, previousKeys: [OLD] })))
    await Promise.all(stores.map((store) => store.resealed()))
    await expect(state.keys.set({ session: { after: Buffer.from('lost') } })).rejects.toMatchObject({
      code: 'wrong-key',
    })
    await expect(outdated.list()).rejects.toMatchObject({ code: 'wrong-key' })
    await expectSealedWith(place, NEW)
    const alone = await place.open({ key: NEW })
    const keys = await (await alone.authState('sales')).state.keys.get('session', ['before', 'after'])
    expect(keys).toEqual({ before: Buffer.from('kept') })
    await expectWhole(alone)
  })

  at(
    `in a process that is killed ${KILLS} times, while another one writes: goes on at each start, and comes to its end`,
    async (place) => {
      await fill(place)
      const url = place.url ?? ''
      const writer = await startChild('write-while-key-changes', url, OLD.toString('hex'), NEW.toString('hex'))
      expect(await writer.line()).toBe('writing')
      for (let round = 0; round < KILLS; round += 1) {
        const [key, previous] = round % 2 === 0 ? [NEWER, [NEW, OLD]] : [NEWER, [OLD, NEW]]
        const child = await startChild(
          'change-key',
          url,
          key.toString('hex'),
          ...previous.map((old) => old.toString('hex')),
        )
        expect(await child.line()).toBe('opened')
        await sleep(Math.random() * 60) // not a wait for anything: the moment of the kill
        await child.kill()
      }
      const last = await place.open({ key: NEWER, previousKeys: [NEW, OLD] })
      const told = await writer.line()
      expect(told).toMatch(/^refused wrong-key after \d+$/)
      const written = Number(told.split(' ').at(-1))
      await writer.kill()
      await last.resealed()
      await expectSealedWith(place, NEWER)
      const alone = await place.open({ key: NEWER })
      await expectWhole(alone)
      const { state } = await alone.authState('sales')
      const found = (await state.keys.get('session', ['counter']))['counter']
      expect(Buffer.from(found ?? []).toString()).toBe(String(written))
    },
    60_000 + KILLS * 3_000,
  )
}
