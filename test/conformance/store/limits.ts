import { expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { fakeClock } from '../../store/fake-clock.ts'
import { newlyLinked } from '../../store/samples.ts'
import type { Place } from './place.ts'

const ACCOUNT = 'key of an account'

export function limitBehaviour(makePlace: () => Promise<Place>): void {
  it('exactly 3 of 50 that ask at once get a slot', async () => {
    const { limits } = internalsOf(await (await makePlace()).open())
    const slots = await Promise.all(Array.from({ length: 50 }, () => limits.take(ACCOUNT, 1_000)))
    const taken = slots.filter((slot) => slot.allowed)
    expect(taken).toHaveLength(3)
    expect(new Set(taken.map((slot) => slot.id)).size).toBe(3)
    expect(slots.filter((slot) => !slot.allowed).every((slot) => slot.retryAfterMs === 600_000)).toBe(true)
  })

  it('accounts do not disturb each other', async () => {
    const { limits } = internalsOf(await (await makePlace()).open())
    for (let count = 0; count < 3; count++) await limits.take(ACCOUNT, 1_000)
    expect(await limits.take('another', 1_000)).toMatchObject({ allowed: true, remaining: 2 })
  })

  it('a slot that was given back is free again', async () => {
    const { limits } = internalsOf(await (await makePlace()).open())
    const slot = await limits.take(ACCOUNT, 1_000, { codes: 1, windowMs: 1_000 })
    expect(await limits.peek(ACCOUNT, 1_000, { codes: 1, windowMs: 1_000 })).toMatchObject({ allowed: false })
    await limits.giveBack(ACCOUNT, slot.allowed ? slot.id : '')
    expect(await limits.peek(ACCOUNT, 1_000, { codes: 1, windowMs: 1_000 })).toMatchObject({ allowed: true })
    await limits.giveBack('never seen', 'x')
  })

  it('cooling down is remembered, and longer each time', async () => {
    const { limits } = internalsOf(await (await makePlace()).open())
    expect(await limits.coolDown(ACCOUNT, 1_000)).toBe(60_000)
    expect(await limits.take(ACCOUNT, 2_000)).toEqual({ allowed: false, remaining: 0, retryAfterMs: 59_000 })
    expect(await limits.coolDown(ACCOUNT, 61_000)).toBe(120_000)
    expect(await limits.coolDown(ACCOUNT, 181_000, 600_000)).toBe(2_400_000)
  })

  it('limits are not swept out before their time, whatever the caller’s clock says', async () => {
    const clock = fakeClock()
    const store = await (await makePlace()).open({ clock })
    const { limits, saveLinked } = internalsOf(store)
    for (let count = 0; count < 3; count++) await limits.take(ACCOUNT, 0)
    await saveLinked(await newlyLinked())
    expect(await limits.take(ACCOUNT, 599_999)).toEqual({ allowed: false, remaining: 0, retryAfterMs: 1 })
    expect(await limits.take(ACCOUNT, 600_000)).toMatchObject({ allowed: true })
  })

  it('limits are still there when the store is opened again', async () => {
    const place = await makePlace()
    if (!place.lasts) return
    const first = await place.open()
    const now = Date.now()
    await internalsOf(first).limits.take(ACCOUNT, now)
    await internalsOf(first).limits.coolDown(ACCOUNT, now)
    await first.close()
    const { limits } = internalsOf(await place.open())
    expect(await limits.peek(ACCOUNT, now + 1)).toMatchObject({ allowed: false })
    expect(await limits.peek(ACCOUNT, now + 60_000)).toMatchObject({ allowed: true, remaining: 2 })
    expect(await limits.coolDown(ACCOUNT, now + 60_000)).toBe(120_000)
  })
}
