// All rounds of the kill proof, and what they add up to.
import { install } from '../installation.ts'
import { inParallel } from '../parallel.ts'
import { openPlaces, type StoreKind } from '../places.ts'
import { randomFrom } from '../random.ts'
import { crashPoints } from './instrument.ts'
import { type Passages, plan, type Rehearsed } from './plan.ts'
import { type Outcome, playRound, rehearse } from './round.ts'

export interface Proven {
  /** All figures, on one line. */
  readonly line: string
  readonly isWhole: boolean
}

export interface KillsOptions {
  readonly count: number
  readonly seed: number
  readonly store: StoreKind
  /** Only points whose name holds one of these; default all. */
  readonly at?: readonly string[]
  /** Told after each round, and the histogram at the end. */
  readonly report?: (text: string) => void
}

const WIDTH = 2

export async function proveKills({
  count,
  seed,
  store,
  at = [''],
  report = console.error,
}: KillsOptions): Promise<Proven> {
  const start = performance.now()
  const installation = await install({ plugins: [crashPoints()] })
  const places = await openPlaces(store)
  try {
    await installation.put(new URL('./crash-points.mjs', import.meta.url))
    const program = await installation.put(new URL('./bot.mjs', import.meta.url))
    const rehearsed = onlyAt(at, await rehearse(program, places))
    const rounds = plan(count, rehearsed, randomFrom(seed))
    const broken: string[] = []
    const played = await inParallel(WIDTH, rounds, async (round, index) => {
      try {
        const outcome = await playRound(round, program, places)
        if (index % 25 === 24) report(`${index + 1} of ${rounds.length} rounds`)
        return outcome
      } catch (error) {
        broken.push(String(error instanceof Error ? error.message : error))
        report(`BROKEN ${broken.at(-1)}`)
        return undefined
      }
    })
    const outcomes = played.filter((outcome) => outcome !== undefined)
    const shared = sharedPreKeys(outcomes)
    if (shared > 0) broken.push(`${shared} pre-keys were uploaded by two devices`)
    const hits = histogram(outcomes, rehearsed)
    for (const [name, times] of hits) report(`${String(times).padStart(4)} ${name}`)
    return { line: lineOf({ store, seed, outcomes, hits, broken, start }), isWhole: broken.length === 0 }
  } finally {
    await places.close()
    await installation.remove()
  }
}

function onlyAt(words: readonly string[], { whole, again, cut, ms }: Rehearsed): Rehearsed {
  const fits = (passages: Passages): Passages =>
    new Map([...passages].filter(([name]) => words.some((word) => name.includes(word))))
  return { whole: fits(whole), again: fits(again), cut: fits(cut), ms }
}

function lineOf(run: {
  readonly store: StoreKind
  readonly seed: number
  readonly outcomes: readonly Outcome[]
  readonly hits: ReadonlyMap<string, number>
  readonly broken: readonly string[]
  readonly start: number
}): string {
  const { outcomes, hits, broken } = run
  const kills = outcomes.flatMap((outcome) => outcome.hits)
  const sum = (count: (outcome: Outcome) => number): number => outcomes.reduce((all, one) => all + count(one), 0)
  const atPoints = [...hits].filter(([name]) => name !== RANDOM)
  return [
    `kills on ${run.store}: ${kills.length}`,
    `${atPoints.length} points, least hit ${Math.min(...atPoints.map(([, times]) => times))} times`,
    `${hits.get(RANDOM) ?? 0} at random times`,
    `${sum(({ missed }) => missed)} came too late`,
    `${sum(({ came }) => Number(came === 'back by itself'))} rounds came back by themselves`,
    `${sum(({ came }) => Number(came === 'with a new code'))} asked for a new code by themselves`,
    `${sum(({ refusedLogins }) => refusedLogins)} logins of links that never reached the phone were refused and replaced`,
    `${sum(({ preKeys }) => preKeys.length)} pre-keys, none given twice`,
    `${broken.length} broken`,
    `${Math.round((performance.now() - run.start) / 1000)} s, seed ${run.seed}`,
  ].join('; ')
}

const RANDOM = 'at a random time'

/** Every point of the rehearsal, also those that were never hit, in the order in which the program passes them. */
function histogram(outcomes: readonly Outcome[], { whole, cut }: Rehearsed): ReadonlyMap<string, number> {
  const hits = new Map([...whole.keys(), ...cut.keys()].map((name) => [name, 0]))
  for (const hit of outcomes.flatMap((outcome) => outcome.hits)) {
    const name = hits.has(hit) ? hit : RANDOM
    hits.set(name, (hits.get(name) ?? 0) + 1)
  }
  return hits
}

function sharedPreKeys(outcomes: readonly Outcome[]): number {
  const all = outcomes.flatMap(({ preKeys }) => preKeys)
  return all.length - new Set(all).size
}
