import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVirtualClock } from '../../src/emulator/virtual-clock.ts'
import type { Clock } from '../../src/lib/clock.ts'

/** A clock that stands still and remembers what is armed. */
function stillClock(): Clock & { readonly armed: Map<unknown, { run: () => void; ms: number }>; time: number } {
  const armed = new Map<unknown, { run: () => void; ms: number }>()
  const still = {
    armed,
    time: 1_000,
    now: () => still.time,
    setTimeout(run: () => void, ms: number) {
      const handle = {}
      armed.set(handle, { run, ms })
      return handle
    },
    clearTimeout: (handle: unknown) => void armed.delete(handle),
  }
  return still
}

test('time moves by what was asked, and stays there', async () => {
  const clock = createVirtualClock(stillClock())
  await clock.advance(500)
  expect(clock.now()).toBe(1_500)
})

test('timers fire in the order in which they fall due, each at its own time', async () => {
  const clock = createVirtualClock(stillClock())
  const fired: [string, number][] = []
  clock.setTimeout(() => fired.push(['late', clock.now()]), 300)
  clock.setTimeout(() => fired.push(['early', clock.now()]), 100)
  clock.setTimeout(() => fired.push(['after', clock.now()]), 301)
  await clock.advance(300)
  expect(fired).toEqual([
    ['early', 1_100],
    ['late', 1_300],
  ])
})

test('a timer set while time moves fires too when it falls due within it', async () => {
  const clock = createVirtualClock(stillClock())
  const fired: number[] = []
  const again = (): void => {
    fired.push(clock.now())
    clock.setTimeout(again, 100)
  }
  clock.setTimeout(again, 100)
  await clock.advance(350)
  expect(fired).toEqual([1_100, 1_200, 1_300])
})

test('work at hand is waited for, before time moves and after a timer started it', async () => {
  const clock = createVirtualClock(stillClock())
  const done: [string, number][] = []
  const work = async (name: string): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    done.push([name, clock.now()])
  }
  void clock.busy(work('before'))
  clock.setTimeout(() => void clock.busy(work('at 10')), 10)
  clock.setTimeout(() => done.push(['at 20', clock.now()]), 20)
  await clock.advance(20)
  expect(done).toEqual([
    ['before', 1_000],
    ['at 10', 1_010],
    ['at 20', 1_020],
  ])
})

test('work that fails does not keep time from moving', async () => {
  const clock = createVirtualClock(stillClock())
  await expect(clock.busy(Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await clock.advance(5)
  expect(clock.now()).toBe(1_005)
})

test('a cleared timer does not fire', async () => {
  const clock = createVirtualClock(stillClock())
  let fired = false
  const handle = clock.setTimeout(() => {
    fired = true
  }, 10)
  clock.clearTimeout(handle)
  clock.clearTimeout(handle)
  clock.clearTimeout(undefined)
  await clock.advance(20)
  expect(fired).toBe(false)
})

test('without advancing, the clock below fires the timers', () => {
  const below = stillClock()
  const clock = createVirtualClock(below)
  let fired = false
  clock.setTimeout(() => {
    fired = true
  }, 70)
  const [timer] = [...below.armed.values()]
  expect(timer?.ms).toBe(70)
  timer?.run()
  expect(fired).toBe(true)
})

test('after advancing, the rest of a timer’s time is armed on the clock below', async () => {
  const below = stillClock()
  const clock = createVirtualClock(below)
  clock.setTimeout(() => {}, 1_000)
  await clock.advance(400)
  expect([...below.armed.values()].map(({ ms }) => ms)).toEqual([600])
})

test('advances made at once happen one after the other', async () => {
  const clock = createVirtualClock(stillClock())
  await Promise.all([clock.advance(100), clock.advance(200)])
  expect(clock.now()).toBe(1_300)
})

test('after stop nothing is armed, now or later', async () => {
  const below = stillClock()
  const clock = createVirtualClock(below)
  clock.setTimeout(() => {}, 10)
  clock.stop()
  clock.setTimeout(() => {}, 10)
  await clock.advance(100)
  expect(below.armed.size).toBe(0)
})

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('advancing by %s is refused', (ms) => {
  expect(() => createVirtualClock(stillClock()).advance(ms)).toThrow(RangeError)
})

test('however time is cut into steps, each timer fires once, at its time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(50), { maxLength: 8 }),
      fc.array(fc.nat(30), { maxLength: 8 }),
      async (delays, steps) => {
        const clock = createVirtualClock(stillClock())
        const fired: number[] = []
        for (const delay of delays) clock.setTimeout(() => fired.push(clock.now()), delay)
        for (const step of steps) await clock.advance(step)
        const passed = steps.reduce((sum, step) => sum + step, 0)
        const due = delays.filter((delay) => delay <= passed && steps.length > 0)
        expect(fired).toEqual(due.map((delay) => delay + 1_000).sort((one, other) => one - other))
      },
    ),
    { numRuns: 40 },
  )
})
