// A sample of `npm run proof:fuzz`, and its planted faults.
import { describe, expect, it, vi } from 'vitest'
import { huntAll } from '../../proof/fuzz/hunt.ts'
import { initialize, load } from '../../proof/fuzz/mutant-hooks.mjs'
import { MUTANTS } from '../../proof/fuzz/mutants.ts'
import { fuzz } from '../../proof/fuzz/prove.ts'
import { EXCLUDED, REACHABLE } from '../../proof/fuzz/reachable.ts'

// Seconds on an idle machine.
vi.setConfig({ testTimeout: 300_000 })

const SEED = 20_261_123
/** Found within a few hundred cases; `npm run proof:fuzz -- --mutants` hunts all. */
const QUICK = MUTANTS.filter(({ name }) => ['early-code', 'foreign-ref', 'unverified-signature'].includes(name))

describe('a fuzz of the linking machine', () => {
  it('meets every pair of state and input that can be, and nothing that must not happen', async () => {
    const { broken, cases, ledger } = await fuzz({ cases: 3_000, seed: SEED, least: 1 })
    expect(broken).toEqual([])
    expect(cases).toBeGreaterThanOrEqual(3_000)
    expect(ledger.least()).toBeGreaterThanOrEqual(1)
    expect(REACHABLE.length).toBeGreaterThan(3 * EXCLUDED)
  })

  it('finds faults that are put into the sources', async () => {
    expect(QUICK).toHaveLength(3)
    const hunted = await huntAll(SEED, QUICK)
    expect(hunted.filter(({ isFound }) => !isFound)).toEqual([])
    expect(hunted.map(({ words }) => words.replace(/ \(after.*/, ''))).toEqual([
      'RuleBroken: no code is shown before WhatsApp accepted it',
      'RuleBroken: an answer is taken only when it names the ref of the code on show',
      'RuleBroken: nothing is stored before the proof of the account',
    ])
  })

  it('refuses a fault whose line is no longer in the source, or is there twice', async () => {
    const url = new URL('../../src/linking/machine/confirmation.ts', import.meta.url).href
    const { becomes, line } = MUTANTS.find(({ name }) => name === 'foreign-ref') ?? {}
    for (const [wrong, times] of [
      ['  no such line', 0],
      ['}', 5],
    ] as const) {
      initialize({ url, name: 'moved', line: wrong, becomes })
      await expect(load(url, {}, () => {})).rejects.toThrow(`a line that is there ${times} times, not once`)
    }
    initialize({ url, name: 'foreign-ref', line, becomes })
    expect((await load(url, {}, () => {})).source).toContain('hello.ref.length === 0')
  })
})
