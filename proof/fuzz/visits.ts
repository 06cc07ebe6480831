// What came at which state how often, and what should come next.
import type { Draw } from './draw.ts'
import { KINDS, type Kind } from './inputs.ts'
import type { Plan, Visits } from './life.ts'
import { nameOfPair, type Pair, REACHABLE } from './reachable.ts'
import { STATES } from './states.ts'

export interface Ledger extends Visits {
  /** Changed stanzas and frames so far. */
  readonly cases: number
  readonly times: (pair: { readonly state: string; readonly kind: Kind }) => number
  /** Pairs that should not be possible, and states that nobody listed. */
  unlisted(): readonly string[]
  /** The reachable pair that came least often. */
  least(): number
  /** A life that leads to it, and to what else came seldom at that state. */
  plan(draw: Draw): Plan
  table(): string
}

/** Lives that follow a recorded handshake from its start; the others go where least was. */
const RECORDED_SHARE = 0.08
const KINDS_A_LIFE = 6
/** The next life goes to one of so many that came least often: one that is hard to meet does not hold up the others. */
const CHOICE = 24

export function createLedger(): Ledger {
  const counts = new Map<string, number>()
  let cases = 0
  const times = (pair: { readonly state: string; readonly kind: Kind }): number => counts.get(nameOfPair(pair)) ?? 0
  const listed = new Set(REACHABLE.map(nameOfPair))

  const seldom = (): readonly (Pair & { readonly times: number })[] =>
    REACHABLE.map((pair) => ({ ...pair, times: times(pair) })).toSorted((one, other) => one.times - other.times)

  return {
    get cases() {
      return cases
    },
    times,
    visit(state, kind, isReal) {
      const name = nameOfPair({ state, kind })
      // What only a stanza over no connection leads to is no part of the table.
      if (!isReal && !listed.has(name)) return
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
    changed() {
      cases += 1
    },
    unlisted: () => [...counts.keys()].filter((name) => !listed.has(name)),
    least: () => seldom()[0]?.times ?? 0,
    plan(draw) {
      const seed = draw.number(2 ** 31)
      if (draw.chance(RECORDED_SHARE)) return { seed, state: 'recorded', kinds: [] }
      const pairs = seldom()
      const { state, kind } = draw.pick(pairs.slice(0, CHOICE))
      const others = pairs.filter((pair) => pair.state === state && pair.kind !== kind).slice(0, KINDS_A_LIFE - 1)
      return { seed, state, kinds: [kind, ...others.map((pair) => pair.kind)] }
    },
    table() {
      const legend = KINDS.map((kind, index) => `${index + 1} ${kind}`).join(' · ')
      const row = (name: string, cells: readonly string[]): string =>
        `${name.padEnd(25)}${cells.map((cell) => cell.padStart(6)).join('')}`
      const head = row(
        '',
        KINDS.map((_, index) => String(index + 1)),
      )
      const rows = STATES.map((state) =>
        row(
          state,
          KINDS.map((kind) => (listed.has(nameOfPair({ state, kind })) ? String(times({ state, kind })) : '–')),
        ),
      )
      return [legend, head, ...rows].join('\n')
    },
  }
}
