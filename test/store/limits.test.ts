import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccountLimits,
  type CodeLimit,
  coolDown,
  DEFAULT_LIMIT,
  giveBack,
  lifetime,
  NO_LIMITS,
  peek,
  take,
} from '../../src/store/limits.ts'

const NOW = 1_767_225_600_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE

function takenAt(times: readonly number[], limit: CodeLimit = DEFAULT_LIMIT): AccountLimits {
  return times.reduce((state, at, index) => take(state, at, limit, `slot ${index}`).state, NO_LIMITS)
}

describe('the window of codes', () => {
  it('lets 3 through in 10 minutes, and says how long the fourth has to wait', () => {
    let state = NO_LIMITS
    for (const remaining of [2, 1, 0]) {
      const taken = take(state, NOW, DEFAULT_LIMIT, `slot ${remaining}`)
      expect(taken.slot).toEqual({ allowed: true, remaining, id: `slot ${remaining}` })
      state = taken.state
    }
    const refused = take(state, NOW + 4 * MINUTE, DEFAULT_LIMIT, 'fourth')
    expect(refused.slot).toEqual({ allowed: false, remaining: 0, retryAfterMs: 6 * MINUTE })
    expect(refused.state).toBe(state)
  })

  it('slides: each slot is free again 10 minutes after it was taken', () => {
    const state = takenAt([NOW, NOW + MINUTE, NOW + 2 * MINUTE])
    expect(peek(state, NOW + 10 * MINUTE - 1, DEFAULT_LIMIT)).toMatchObject({ allowed: false, retryAfterMs: 1 })
    expect(peek(state, NOW + 10 * MINUTE, DEFAULT_LIMIT)).toMatchObject({ allowed: true, remaining: 1 })
    expect(peek(state, NOW + 11 * MINUTE, DEFAULT_LIMIT)).toMatchObject({ allowed: true, remaining: 2 })
  })

  it('takes a slot back', () => {
    const state = giveBack(takenAt([NOW, NOW, NOW]), 'slot 1')
    expect(peek(state, NOW, DEFAULT_LIMIT)).toMatchObject({ allowed: true, remaining: 1 })
    expect(giveBack(state, 'unknown')).toEqual(state)
  })

  it('peeks without taking', () => {
    expect(peek(NO_LIMITS, NOW, DEFAULT_LIMIT)).toEqual({ allowed: true, remaining: 3, id: '' })
    expect(NO_LIMITS.slots).toEqual([])
  })

  it('counts for each limit by itself, in one record', () => {
    const wide: CodeLimit = { codes: 5, windowMs: HOUR }
    const state = takenAt([NOW, NOW, NOW], wide)
    const later = take(state, NOW + 20 * MINUTE, DEFAULT_LIMIT, 'narrow').state
    expect(peek(later, NOW + 20 * MINUTE, wide)).toMatchObject({ remaining: 1 })
    expect(peek(later, NOW + 20 * MINUTE, DEFAULT_LIMIT)).toMatchObject({ remaining: 2 })
  })

  it('never asks for a longer wait than the window, even when the clock was set back', () => {
    const state = takenAt([NOW, NOW, NOW])
    expect(peek(state, NOW - HOUR, DEFAULT_LIMIT)).toMatchObject({ allowed: false, retryAfterMs: 10 * MINUTE })
  })

  it('never lets more codes through than the limit in any window, whatever comes when', () => {
    const limits = fc.record({ codes: fc.integer({ min: 1, max: 5 }), windowMs: fc.integer({ min: 1, max: 1_000 }) })
    const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 })
    fc.assert(
      fc.property(limits, steps, (limit, gaps) => {
        let [state, now] = [NO_LIMITS, NOW]
        const passed: number[] = []
        for (const gap of gaps) {
          now += gap
          const { state: next, slot } = take(state, now, limit, `slot ${passed.length}`)
          state = next
          if (slot.allowed) passed.push(now)
          else expect(peek(state, now + slot.retryAfterMs, limit).allowed).toBe(true)
          if (!slot.allowed) expect(peek(state, now + slot.retryAfterMs - 1, limit).allowed).toBe(false)
        }
        for (const start of passed)
          expect(passed.filter((at) => at >= start && at < start + limit.windowMs).length).toBeLessThanOrEqual(
            limit.codes,
          )
        expect(state.slots.length).toBeLessThanOrEqual(limit.codes)
      }),
    )
  })
})

describe('the cool-down', () => {
  function refused(
    times: number,
    backoffMs?: number,
  ): { readonly waits: readonly number[]; readonly state: AccountLimits } {
    let [state, now] = [NO_LIMITS, NOW]
    const waits: number[] = []
    for (let count = 0; count < times; count++) {
      const cooled = coolDown(state, now, backoffMs)
      waits.push(cooled.waitMs)
      state = cooled.state
      now += cooled.waitMs
    }
    return { waits, state }
  }

  it('starts at 60 s and doubles with each refusal, up to 1 h', () => {
    expect(refused(9).waits.map((ms) => ms / MINUTE)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  })

  it('starts at what WhatsApp said, and doubles that', () => {
    expect(refused(3, 30_000).waits).toEqual([30_000, 60_000, 120_000])
  })

  it('is never shorter than WhatsApp said', () => {
    expect(refused(2, 3 * HOUR).waits).toEqual([3 * HOUR, 3 * HOUR])
    const { state } = refused(1, 0)
    expect(coolDown(state, NOW, 5 * MINUTE).waitMs).toBeGreaterThanOrEqual(5 * MINUTE)
  })

  it('keeps every code back until it is over', () => {
    const { state } = coolDown(NO_LIMITS, NOW)
    expect(take(state, NOW + 1_000, DEFAULT_LIMIT, 'x').slot).toEqual({
      allowed: false,
      remaining: 0,
      retryAfterMs: 59_000,
    })
    expect(take(state, NOW + 60_000, DEFAULT_LIMIT, 'x').slot).toMatchObject({ allowed: true, remaining: 2 })
  })

  it('and a full window are waited for together: the longer one counts', () => {
    const { state } = coolDown(takenAt([NOW, NOW, NOW]), NOW)
    expect(peek(state, NOW, DEFAULT_LIMIT)).toMatchObject({ retryAfterMs: 10 * MINUTE })
    expect(peek(coolDown(state, NOW, HOUR).state, NOW, DEFAULT_LIMIT)).toMatchObject({ retryAfterMs: HOUR })
  })

  it('remembers refusals until a day was quiet', () => {
    const { state } = refused(4)
    expect(coolDown(state, state.coolUntil + 24 * HOUR - 1).waitMs).toBe(16 * MINUTE)
    expect(coolDown(state, state.coolUntil + 24 * HOUR).waitMs).toBe(MINUTE)
  })

  it('is never shortened by a later refusal', () => {
    const { state } = coolDown(NO_LIMITS, NOW, 2 * HOUR)
    expect(coolDown(state, NOW + 1, 1_000).state.coolUntil).toBe(NOW + 2 * HOUR)
  })
})

describe('what is remembered of an account', () => {
  it('matters for as long as it can refuse a code or lengthen a wait', () => {
    expect(lifetime(takenAt([NOW]), NOW)).toBe(10 * MINUTE)
    expect(lifetime(coolDown(takenAt([NOW]), NOW).state, NOW)).toBe(24 * HOUR + MINUTE)
  })
})
