import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIRST_PACE, nextTry, STABLE_MS } from '../../src/session/pace.ts'

const LOST = { kind: 'wait', reason: 'lost', slow: false } as const
const RESTART = { kind: 'restart' } as const

test('five restarts in a row are followed at once; from the sixth on they wait like a loss', () => {
  let pace = FIRST_PACE
  const waits: (number | undefined)[] = []
  for (let restart = 1; restart <= 8; restart += 1) {
    const next = nextTry(pace, RESTART, 1_000, 1)
    pace = next.pace
    waits.push(next.wait?.inMs)
  }
  expect(waits).toEqual([undefined, undefined, undefined, undefined, undefined, 1_000, 2_000, 4_000])
  expect(nextTry(pace, RESTART, STABLE_MS, 1)).toEqual({ pace: { failures: 0, restarts: 1 } })
})

test('a restart does not forgive the losses before it', () => {
  const lost = nextTry(nextTry(FIRST_PACE, LOST, 0, 1).pace, LOST, 0, 1)
  const after = nextTry(nextTry(lost.pace, RESTART, 0, 1).pace, LOST, 0, 1)
  expect([lost.wait?.inMs, after.wait?.inMs]).toEqual([2_000, 4_000])
})

test('whatever happens, the wait is within its cap, and a stable minute makes the next one short', () => {
  const event = fc.record({
    verdict: fc.constantFrom(LOST, RESTART, { ...LOST, slow: true }),
    onlineMs: fc.constantFrom(0, 1, STABLE_MS - 1, STABLE_MS, STABLE_MS * 1_000),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 50 }), (events) => {
      let pace = FIRST_PACE
      for (const { verdict, onlineMs, random } of events) {
        const next = nextTry(pace, verdict, onlineMs, random)
        pace = next.pace
        const inMs = next.wait?.inMs ?? 0
        expect(inMs).toBeGreaterThanOrEqual(0)
        expect(inMs).toBeLessThanOrEqual(verdict.kind === 'wait' && verdict.slow ? 600_000 : 60_000)
        if (onlineMs >= STABLE_MS && verdict === LOST) expect(inMs).toBeLessThanOrEqual(1_000)
      }
    }),
  )
})
