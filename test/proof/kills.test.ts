import { describe, expect, it } from 'vitest'
import { inserted, refuseUnlessOnce } from '../../proof/kills/instrument.ts'
import { type Passages, plan } from '../../proof/kills/plan.ts'
import { faultsOf, preKeyTrail } from '../../proof/kills/pre-keys.ts'
import { randomFrom } from '../../proof/random.ts'
import type { RecordedStanza } from '../../src/emulator/stanza-record.ts'
import { node } from '../../src/wire/nodes.ts'
import { encodeMessage } from '../../src/wire/protobuf.ts'

describe('the moments of a kill proof', () => {
  const passed = (...names: readonly string[]): Passages => new Map(names.map((name) => [name, 2]))
  const effects = ['before effect a', 'after effect a', 'before effect b', 'after effect b']
  const rehearsed = {
    whole: passed(...effects, 'before echo', 'after echo'),
    again: passed('before echo', 'after echo'),
    cut: passed(...effects, 'before effect withdraw'),
    ms: 1_000,
  }
  const rounds = plan(40, rehearsed, randomFrom(1))
  const moments = rounds.flatMap((round) => round.moments)

  it('are as many as were asked for, an eighth of them at a random time', () => {
    expect(moments).toHaveLength(40)
    expect(moments.filter(({ kind }) => kind === 'time')).toHaveLength(5)
    expect(moments.every((moment) => moment.kind === 'point' || (moment.ms >= 0 && moment.ms <= 1_000))).toBe(true)
  })

  it('hit each effect five times before the rest comes again', () => {
    const names = moments.flatMap((moment) => (moment.kind === 'point' ? [moment.name] : []))
    for (const name of [...effects, 'before effect withdraw'])
      expect(names.filter((other) => other === name).length, name).toBeGreaterThanOrEqual(5)
    expect(names).toContain('after echo')
  })

  it('cut the line in the rounds whose point needs it, and in no other', () => {
    for (const { moments: all, cut } of rounds)
      expect(cut).toBe(all.some((moment) => moment.kind === 'point' && moment.name.endsWith('withdraw')))
  })

  it('are the same for the same seed', () => {
    expect(plan(40, rehearsed, randomFrom(1))).toEqual(rounds)
    expect(plan(40, rehearsed, randomFrom(2))).not.toEqual(rounds)
  })
})

describe('putting crash points into the sources', () => {
  const insertion = { room: 'a.ts', code: /const a = \d/, becomes: 'crash(); $&' }

  it('keeps the code that it stands on', () => {
    expect(inserted('let b\nconst a = 1\n', insertion)).toEqual({ code: 'let b\ncrash(); const a = 1\n', times: 1 })
  })

  it.each([
    ['let b', 0],
    ['const a = 1; const a = 2', 2],
  ])('refuses when that code is not there once: %s', (code, times) => {
    expect(inserted(code, insertion).times).toBe(times)
    expect(() => refuseUnlessOnce(insertion, times)).toThrow(`${times} times, not once`)
  })
})

describe('the trail of a device’s pre-keys', () => {
  const identity = node('identity', {}, Buffer.alloc(32, 9))
  const key = (id: number, value = id): ReturnType<typeof node> =>
    node('key', {}, [node('id', {}, Uint8Array.of(0, 0, id)), node('value', {}, Buffer.alloc(32, value))])
  const upload = (...keys: readonly ReturnType<typeof node>[]): RecordedStanza => ({
    number: 0,
    from: 'client',
    node: node('iq', { xmlns: 'encrypt' }, [identity, node('list', {}, keys)]),
  })
  const given = (one: ReturnType<typeof node>): RecordedStanza => ({
    number: 0,
    from: 'server',
    node: node('iq', {}, [node('list', {}, [node('user', {}, [identity, one])])]),
  })
  const used = (id: number, session: number): RecordedStanza => {
    const message = encodeMessage([
      [1, id],
      [2, Buffer.alloc(33, session)],
    ])
    const enc = node('enc', { type: 'pkmsg' }, Buffer.concat([Uint8Array.of(0x33), message]))
    return { number: 0, from: 'server', node: node('message', {}, [enc]) }
  }
  const faults = (...stanzas: readonly RecordedStanza[]): readonly string[] => faultsOf(preKeyTrail(stanzas))

  it('is right when each went to one contact, however often that one wrote', () => {
    expect(faults(upload(key(1), key(2), key(3)), given(key(1)), used(2, 1), used(2, 1), upload(key(4)))).toEqual([])
  })

  it('may hold the same upload twice: nobody answered the first', () => {
    expect(faults(upload(key(1)), upload(key(1)))).toEqual([])
  })

  it.each([
    ['given to two who asked', [upload(key(1)), given(key(1)), given(key(1))], 'pre-key 1 was given twice'],
    ['used by two sessions', [upload(key(1)), used(1, 1), used(1, 2)], 'pre-key 1 was given twice'],
    ['given and used', [upload(key(1)), given(key(1)), used(1, 2)], 'pre-key 1 was given twice'],
    ['under one number with two values', [upload(key(1)), upload(key(1, 2))], 'pre-key 1 was uploaded with two values'],
    ['one value under two numbers', [upload(key(1), key(2, 1))], 'two pre-keys have one value (AQEB…)'],
    [
      'uploaded again after it was used',
      [upload(key(1)), used(1, 1), upload(key(1))],
      'pre-key 1 was uploaded again after it was given',
    ],
    ['never uploaded', [upload(key(1)), given(key(2))], 'pre-key 2 was given and never uploaded'],
  ])('finds a key %s', (_what, stanzas, message) => {
    expect(faults(...stanzas)).toEqual([message])
  })
})
