import { expect, test } from 'vitest'
import { createFaults, STAGES, type Stage, type Tampering } from '../../src/emulator/faults.ts'

test('without faults nothing strikes', () => {
  const faults = createFaults()
  for (const stage of STAGES) expect(faults.strike(stage)).toEqual({})
})

test('a fault strikes once by default, at its stage alone', () => {
  const faults = createFaults()
  faults.set('companion_hello', { kind: 'fail', code: 403 })
  expect(faults.strike('companion_finish')).toEqual({})
  expect(faults.strike('companion_hello')).toEqual({ fault: { kind: 'fail', code: 403 } })
  expect(faults.strike('companion_hello')).toEqual({})
})

test('a fault strikes as often as was asked', () => {
  const faults = createFaults()
  faults.set('login', { kind: 'disconnect' }, 2)
  expect([1, 2, 3].map(() => faults.strike('login').fault?.kind)).toEqual(['disconnect', 'disconnect', undefined])
  faults.set('login', { kind: 'disconnect' }, Number.POSITIVE_INFINITY)
  for (let i = 0; i < 100; i++) expect(faults.strike('login').fault?.kind).toBe('disconnect')
})

test('faults of one stage strike in the order in which they were set', () => {
  const faults = createFaults()
  faults.set('companion_hello', { kind: 'fail', code: 400 })
  faults.set('companion_hello', { kind: 'disconnect' })
  faults.set('companion_hello', { kind: 'tamper', with: 'ref' })
  expect([1, 2, 3, 4].map(() => faults.strike('companion_hello').fault?.kind)).toEqual([
    'fail',
    'disconnect',
    'tamper',
    undefined,
  ])
})

test('a delay goes together with what follows it', () => {
  const faults = createFaults()
  faults.set('login', { kind: 'fail', code: 503 })
  faults.set('login', { kind: 'hold', ms: 50 })
  expect(faults.strike('login')).toEqual({ hold: { ms: 50 }, fault: { kind: 'fail', code: 503 } })
  expect(faults.strike('login')).toEqual({})
})

test('silence is a hold without a time; what was set besides strikes the next time', () => {
  const faults = createFaults()
  faults.set('pair_device', { kind: 'hold' })
  faults.set('pair_device', { kind: 'disconnect' })
  expect(faults.strike('pair_device')).toEqual({ hold: {} })
  expect(faults.strike('pair_device')).toEqual({ fault: { kind: 'disconnect' } })
})

test('times 0 takes back the faults of that kind, and no others', () => {
  const faults = createFaults()
  faults.set('pair_success', { kind: 'tamper', with: 'hmac' }, 5)
  faults.set('pair_success', { kind: 'tamper', with: 'signature' }, 1)
  faults.set('pair_success', { kind: 'hold' }, 1)
  faults.set('pair_success', { kind: 'tamper', with: 'hmac' }, 0)
  faults.set('pair_success', { kind: 'hold' }, 0)
  expect(faults.strike('pair_success')).toEqual({ fault: { kind: 'tamper', with: 'signature' } })
  expect(faults.strike('pair_success')).toEqual({})
})

test('what makes no sense is refused before anything changes', () => {
  const faults = createFaults()
  const refused = [
    () => faults.set('nowhere' as Stage, { kind: 'disconnect' }),
    () => faults.set('login', { kind: 'tamper', with: 'hmac' }),
    () => faults.set('login', { kind: 'tamper', with: 'nothing' as Tampering }),
    () => faults.set('login', { kind: 'fail', code: Number.NaN }),
    () => faults.set('login', { kind: 'hold', ms: -1 }),
    () => faults.set('login', { kind: 'disconnect' }, -1),
    () => faults.set('login', { kind: 'disconnect' }, Number.NaN),
    () => faults.set('login', { kind: 'disconnect' }, 1.5),
    () => faults.set('login', { kind: 'tamper', with: 'constructor' as Tampering }),
  ]
  for (const set of refused) expect(set).toThrow(RangeError)
  for (const stage of STAGES) expect(faults.strike(stage)).toEqual({})
})
