import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import type { Lease, LeaseRequest, StoreInternals } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { LeaseHeld } from '../../../src/store/leases.ts'
import { fakeClock } from '../../store/fake-clock.ts'
import type { Place } from './place.ts'

const SALES: LeaseRequest = { kind: 'session', key: 'sales' }

export function leaseBehaviour(makePlace: () => Promise<Place>): void {
  it('is had by one at a time, and a living holder in this process is told at once', async () => {
    const clock = fakeClock()
    const inner = internalsOf(await (await makePlace()).open({ clock }))
    const lease = await inner.acquire(SALES)
    const refused = await inner.acquire(SALES).catch((thrown: unknown) => thrown)
    expect(refused).toBeInstanceOf(LeaseHeld)
    expect(refused).toMatchObject({ kind: 'session', host: hostname(), pid: process.pid, here: true })
    await lease.release()
    await (await inner.acquire(SALES)).release()
  })

  it('of many who ask at once, one gets it', async () => {
    const inner = internalsOf(await (await makePlace()).open())
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => inner.acquire(SALES)))
    const got = asked.filter((outcome): outcome is PromiseFulfilledResult<Lease> => outcome.status === 'fulfilled')
    expect(got).toHaveLength(1)
    await got[0]?.value.release()
  })

  it('is for one kind and key only', async () => {
    const inner = internalsOf(await (await makePlace()).open())
    const leases = await Promise.all([
      inner.acquire(SALES),
      inner.acquire({ kind: 'code', key: 'sales' }),
      inner.acquire({ kind: 'session', key: 'support' }),
    ])
    await Promise.all(leases.map((lease) => lease.release()))
  })

  it('two stores of one place exclude each other', async () => {
    const place = await makePlace()
    if (!place.lasts) return
    const [one, two] = [internalsOf(await place.open()), internalsOf(await place.open())]
    const lease = await one.acquire(SALES)
    await expect(two.acquire(SALES)).rejects.toBeInstanceOf(LeaseHeld)
    await lease.release()
    await (await two.acquire(SALES)).release()
  })

  it('is renewed for as long as it is held', async () => {
    const clock = fakeClock()
    const inner = internalsOf(await (await makePlace()).open({ clock }))
    const lease = await inner.acquire(SALES)
    await clock.advance(600_000)
    expect(lease.lostSignal().aborted).toBe(false)
    await expect(inner.acquire(SALES)).rejects.toBeInstanceOf(LeaseHeld)
    await lease.release()
    expect(clock.waiting).toBe(0)
  })

  it('release can be called twice, and gives back only its own lease', async () => {
    const inner = internalsOf(await (await makePlace()).open())
    const first = await inner.acquire(SALES)
    await first.release()
    const second = await inner.acquire(SALES)
    await first.release()
    await expect(inner.acquire(SALES)).rejects.toBeInstanceOf(LeaseHeld)
    await second.release()
    expect(first.lostSignal().aborted).toBe(false)
  })

  it('a holder that stopped renewing for 10 s loses it to the next, and is told', async () => {
    const place = await makePlace()
    if (!place.lasts) return
    const [stuck, clock] = [fakeClock(), fakeClock()]
    const [one, two] = [internalsOf(await place.open({ clock: stuck })), internalsOf(await place.open({ clock }))]
    const lost = await one.acquire(SALES)
    await clock.advance(9_999)
    await expect(two.acquire(SALES)).rejects.toBeInstanceOf(LeaseHeld)
    await clock.advance(1)
    const taken = await two.acquire(SALES)
    await stuck.advance(3_000)
    expect(lost.lostSignal().aborted).toBe(true)
    expect(lost.lostSignal().reason).toMatchObject({ name: 'StoreError', code: 'lease-lost' })
    await lost.release()
    await expect(one.acquire(SALES)).rejects.toBeInstanceOf(LeaseHeld)
    await taken.release()
  })

  it('a holder that slept, and whose lease nobody took, keeps it', async () => {
    const clock = fakeClock()
    const place = await makePlace()
    const inner = internalsOf(await place.open({ clock }))
    const lease = await inner.acquire(SALES)
    // All timers due at once, as after a suspended laptop wakes up.
    const woken = clock.now() + 3_600_000
    const now = clock.now
    clock.now = () => Math.max(woken, now())
    await clock.advance(3_000)
    expect(lease.lostSignal().aborted).toBe(false)
    clock.now = now
    await lease.release()
  })

  it('an aborted wait or request ends with the signal’s reason', async () => {
    const inner: StoreInternals = internalsOf(await (await makePlace()).open())
    const reason = new Error('enough')
    await expect(inner.acquire({ ...SALES, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await (await inner.acquire(SALES)).release()
  })
}
