import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createQueue, type Waiting } from '../../../src/server/webhooks/queue.ts'
import { delayAfter, GIVE_UP_MS } from '../../../src/server/webhooks/schedule.ts'

test('the delays grow from 5 s to 8 h, and the last attempt falls on the end of the 3 days', () => {
  const delays: number[] = []
  let passedMs = 0
  while (passedMs < GIVE_UP_MS) {
    const delay = delayAfter(delays.length + 1, { random: 0.5, passedMs })
    delays.push(delay)
    passedMs += delay
  }
  expect(delays.slice(0, 4)).toEqual([5_000, 30_000, 120_000, 600_000])
  expect(Math.max(...delays)).toBe(8 * 3_600_000)
  expect(delays.length).toBeLessThan(25)
  expect(passedMs).toBe(GIVE_UP_MS)
})

test('a delay varies by a tenth, heeds the receiver for up to an hour, and is never under a second', () => {
  expect(delayAfter(1, { random: 0, passedMs: 0 })).toBe(4_500)
  expect(delayAfter(1, { random: 1, passedMs: 0 })).toBe(5_500)
  expect(delayAfter(1, { random: 0.5, passedMs: 0, wishMs: 60_000 })).toBe(60_000)
  expect(delayAfter(1, { random: 0.5, passedMs: 0, wishMs: 86_400_000 })).toBe(3_600_000)
  expect(delayAfter(9, { random: 0.5, passedMs: GIVE_UP_MS - 1 })).toBe(1_000)
})

test('whatever fails, arrives and comes in between: each session goes in order, one at a time, and all go', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ session: fc.constantFrom('a', 'b', 'c'), failures: fc.integer({ min: 0, max: 3 }) }), {
        maxLength: 30,
      }),
      fc.integer({ min: 0, max: 30 }),
      (events, early) => {
        const waiting = events.map(({ session }, place) => ({ id: `${place}`, session, place, nextAt: 0 }))
        const queue = createQueue(waiting.slice(0, early))
        for (const one of waiting.slice(early).reverse()) queue.put(one)
        const left = events.map(({ failures }) => failures)
        const done: Record<string, number[]> = {}
        for (let now = 0; queue.size > 0; now += 1) {
          const batch: Waiting[] = []
          for (let one = queue.take(now); one !== undefined; one = queue.take(now)) batch.push(one)
          expect(new Set(batch.map(({ session }) => session)).size).toBe(batch.length)
          for (const { id, session, place } of batch) {
            left[place] = (left[place] ?? 0) - 1
            if ((left[place] ?? 0) >= 0) queue.later(id, now + 2)
            else {
              queue.drop(id)
              done[session] = [...(done[session] ?? []), place]
            }
          }
          expect(now).toBeLessThan(1_000)
        }
        for (const places of Object.values(done)) expect(places).toEqual([...places].sort((x, y) => x - y))
        expect(Object.values(done).flat()).toHaveLength(events.length)
      },
    ),
  )
})

test('what is under way from an earlier queue holds its session, and is not taken twice', () => {
  const waiting = [0, 1].map((place) => ({ id: `${place}`, session: 'a', place, nextAt: 0 }))
  const queue = createQueue(waiting, ['1'])
  expect(queue.take(0)).toBeUndefined()
  queue.drop('1')
  expect(queue.take(0)?.id).toBe('0')
})
