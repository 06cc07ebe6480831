import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockOf, countdownBar, untilNextTick } from '../../../src/cli/terminal/countdown.ts'

describe('the countdown', () => {
  it.each([
    [180_000, '3:00'],
    [179_999, '3:00'],
    [179_000, '2:59'],
    [60_001, '1:01'],
    [1, '0:01'],
    [0, '0:00'],
    [-5, '0:00'],
  ])('%i ms read %s', (ms, clock) => {
    expect(clockOf(ms)).toBe(clock)
  })

  it('the bar always has its full length, and is empty only at the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 200_000 }), fc.integer({ min: 1, max: 60 }), (left, columns) => {
        const bar = countdownBar(left, 180_000, columns)
        expect(bar.left.length + bar.gone.length).toBe(columns)
      }),
    )
    expect(countdownBar(90_000, 180_000, 10)).toEqual({ left: '━━━━━', gone: '╌╌╌╌╌' })
    expect(countdownBar(1, 0, 4)).toEqual({ left: '', gone: '╌╌╌╌' })
  })

  it('ticks exactly when the clock shows another second', () => {
    for (const left of [180_000, 179_999, 1_500, 1_001, 1]) {
      const tick = untilNextTick(left)
      expect(clockOf(left - tick)).not.toBe(clockOf(left))
      expect(clockOf(left - tick + 1)).toBe(clockOf(left))
    }
  })
})
