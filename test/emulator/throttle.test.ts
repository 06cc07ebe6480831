import { expect, test } from 'vitest'
import { createThrottle } from '../../src/emulator/throttle.ts'

test('a number may ask so often within the window, each number by itself', () => {
  const throttle = createThrottle({ hellos: 2, windowMs: 100 }, () => 0)
  expect([1, 2, 3].map(() => throttle.allows('12025550123'))).toEqual([true, true, false])
  expect(throttle.allows('12025550124')).toBe(true)
})

test('it may ask again as its hellos leave the window; refused ones do not count', () => {
  let now = 0
  const throttle = createThrottle({ hellos: 2, windowMs: 100 }, () => now)
  expect(throttle.allows('1')).toBe(true)
  now = 50
  expect(throttle.allows('1')).toBe(true)
  for (now = 51; now < 100; now += 1) expect(throttle.allows('1')).toBe(false)
  now = 100
  expect([throttle.allows('1'), throttle.allows('1')]).toEqual([true, false])
  now = 150
  expect(throttle.allows('1')).toBe(true)
})

test('by default twenty in ten minutes are allowed', () => {
  const throttle = createThrottle({}, () => 0)
  for (let asked = 0; asked < 20; asked += 1) expect(throttle.allows('1')).toBe(true)
  expect(throttle.allows('1')).toBe(false)
})

test('numbers that are none are refused', () => {
  expect(() => createThrottle({ hellos: -1 }, () => 0)).toThrow(RangeError)
  expect(() => createThrottle({ windowMs: 0 }, () => 0)).toThrow(RangeError)
})
