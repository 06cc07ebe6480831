// Which moments a run of the proof kills at.

export type Moment =
  | { readonly kind: 'point'; readonly name: string; readonly nth: number }
  /** ms after the start of the process, from outside. */
  | { readonly kind: 'time'; readonly ms: number }

export interface Round {
  /** One after the other, each in a process that was started anew. */
  readonly moments: readonly Moment[]
  /** The line to WhatsApp is cut while the first process stores the link. */
  readonly cut: boolean
}

/** What an undisturbed run of the program passed: name → how often. */
export type Passages = ReadonlyMap<string, number>

export interface Rehearsed {
  readonly whole: Passages
  /** The second run of a linked program: it only logs in. */
  readonly again: Passages
  /** With the line cut while the link is stored. */
  readonly cut: Passages
  /** ms from the start of the process until its echo was read. */
  readonly ms: number
}

/** Of eight kills one is at a random time; the others hit a point each. */
const RANDOM_SHARE = 1 / 8
/** Each point is hit once, then each effect of the machine four times more, then each point again and again. */
const EFFECTS_FIRST = 5

/**
 * Every fourth round is killed twice: the second kill hits the recovery. `random` gives 0 to 1, a new one at each call.
 */
export function plan(count: number, rehearsed: Rehearsed, random: () => number): readonly Round[] {
  const timed = Math.round(count * RANDOM_SHARE)
  const named = spread(count - timed, rehearsed, random)
  const times = Array.from({ length: timed }, (): Draft => ({ moment: anyTime(rehearsed.ms, random), cut: false }))
  const drafts = shuffled([...named, ...times], random)
  const rounds: Round[] = []
  while (drafts.length > 0) {
    const first = drafts.pop()
    if (first === undefined) break
    const isDouble = rounds.length % 4 === 3
    const second = isDouble ? takeLogin(drafts, rehearsed.again) : undefined
    rounds.push({ moments: [first.moment, ...(second === undefined ? [] : [second.moment])], cut: first.cut })
  }
  return rounds
}

interface Draft {
  readonly moment: Moment
  readonly cut: boolean
}

interface Point {
  readonly name: string
  readonly times: number
  readonly cut: boolean
}

function spread(count: number, { whole, cut }: Rehearsed, random: () => number): readonly Draft[] {
  const points = [
    ...[...whole].map(([name, times]): Point => ({ name, times, cut: false })),
    ...[...cut].filter(([name]) => !whole.has(name)).map(([name, times]): Point => ({ name, times, cut: true })),
  ]
  const effects = points.filter(({ name }) => name.includes(' effect '))
  const drawn: Point[] = []
  for (let layer = 1; drawn.length < count && points.length > 0; layer++)
    drawn.push(...shuffled(layer > 1 && layer <= EFFECTS_FIRST ? effects : points, random))
  return drawn.slice(0, count).map(({ name, times, cut: isCut }) => ({
    moment: { kind: 'point', name, nth: 1 + Math.floor(random() * times) },
    cut: isCut,
  }))
}

/** A second kill makes sense where every start comes by: in the login, or at any time. */
function takeLogin(drafts: Draft[], again: Passages): Draft | undefined {
  const index = drafts.findLastIndex(
    ({ moment, cut }) => !cut && (moment.kind === 'time' || (again.get(moment.name) ?? 0) >= moment.nth),
  )
  return index === -1 ? undefined : drafts.splice(index, 1)[0]
}

function anyTime(ms: number, random: () => number): Moment {
  return { kind: 'time', ms: Math.round(random() * ms) }
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const drawn = [...items]
  for (let at = drawn.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const [a, b] = [drawn[at], drawn[other]]
    if (a === undefined || b === undefined) continue
    drawn[at] = b
    drawn[other] = a
  }
  return drawn
}
