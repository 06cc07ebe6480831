// Thousands of random lives of an attempt. The rules of machine-rules.ts are held at every step of each of them.
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { Driver } from '../machine-driver.ts'
import { play, provenSchedules, type Schedule, schedules } from '../machine-schedules.ts'

// Thousands of lives in one test each: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000 })

const met = new Set<string>()

afterAll(() => {
  const [states, inputs] = [0, 1].map((part) => new Set([...met].map((pair) => pair.split(' × ')[part])).size)
  console.log(`the machine met ${met.size} (state, input) pairs: ${states} states, ${inputs} kinds of input`)
})

function everyLife(kind: 'possible' | 'any' | 'proven', numRuns: number, check: (driver: Driver) => void): void {
  const life = (schedule: Schedule): void => {
    const driver = play(schedule, kind === 'any' ? 'any' : 'possible', kind === 'proven')
    for (const pair of driver.met) met.add(pair)
    check(driver)
  }
  fc.assert(fc.property(kind === 'proven' ? provenSchedules() : schedules(kind), life), { numRuns })
}

/** It is over in time: the whole attempt, and for a proven account the store's limit and the wait for 515. */
function endsInTime(driver: Driver): void {
  expect(driver.state.over).toBe(true)
  const over = driver.effects.find(({ effect }) => effect.type === 'finish' || effect.type === 'fail')
  // The proof may come at the last moment; storing has 30 s, the reply is answered within 30 s here, 515 has its own limit.
  expect(over?.at ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(driver.state.settings.timeoutMs + 100_000)
  expect(driver.timers.size).toBe(0)
}

/** Paired is told if, and only if, the link is finished; codes are numbered upwards and never more than maxCodes. */
function tellsTheTruth(driver: Driver): void {
  const paired = driver.events.filter((event) => event.type === 'paired').length
  expect(paired).toBe(driver.outcome?.type === 'finish' ? 1 : 0)
  const numbers = driver.events.flatMap((event) => (event.type === 'code' ? [event.number] : []))
  expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other))
  expect(Math.max(0, ...numbers)).toBeLessThanOrEqual(driver.state.settings.maxCodes)
}

/** What was stored, or may yet be, is taken back. */
function keepsNothingOfAFailure(driver: Driver): void {
  if (driver.outcome?.type !== 'fail') return
  const effects = driver.effects.map(({ effect }) => effect.type)
  expect(effects.includes('store') && !effects.includes('withdraw')).toBe(false)
}

describe('every possible life of an attempt', () => {
  it('keeps the rules at every step, ends in time, and tells the truth', () => {
    everyLife('possible', 1200, (driver) => {
      endsInTime(driver)
      tellsTheTruth(driver)
    })
  })
})

describe('every life with inputs that nobody would send', () => {
  it('keeps the rules at every step and ends in time', () => everyLife('any', 1000, endsInTime))
})

describe('once the account is proven', () => {
  it('only the store and the reply can stop the link, and then nothing of it is kept', () => {
    everyLife('proven', 400, keepsNothingOfAFailure)
  })
})

describe('an input after the end', () => {
  it('changes nothing and causes nothing', () => {
    fc.assert(
      fc.property(schedules('possible'), schedules('any'), (schedule, after) => {
        const driver = play(schedule, 'possible', false)
        const [state, effects] = [driver.state, driver.effects.length]
        for (const { act } of after.actions) act(driver, [])
        expect(driver.state).toBe(state)
        expect(driver.effects).toHaveLength(effects)
      }),
      { numRuns: 60 },
    )
  })
})
