// All lives of the fuzz, and what they add up to.
import { drawFrom } from './draw.ts'
import { probeCodec } from './frames.ts'
import { lifeOf, type Plan } from './life.ts'
import { slopePerThousand, watchMemory } from './memory.ts'
import { EXCLUDED, nameOfPair, REACHABLE } from './reachable.ts'
import { createLedger, type Ledger } from './visits.ts'
import { beat } from './watchdog.ts'

export interface FuzzOptions {
  /** Changed stanzas and frames. */
  readonly cases: number
  readonly seed: number
  /** How often each reachable pair has to come. */
  readonly least: number
  /** Of the bridge's WebAssembly. */
  readonly wasmBytes?: () => number
  /** Ends at the first fault. */
  readonly untilBroken?: boolean
  /** Told of faults, of the way so far, and the table. */
  readonly report?: (text: string) => void
}

export interface Fuzzed {
  readonly line: string
  readonly isWhole: boolean
  readonly cases: number
  readonly broken: readonly string[]
  readonly ledger: Ledger
}

const LIVES_A_TURN = 20
/** Of memory; fewer where no slope is held to anything. */
const SAMPLES = 40
const FEW_SAMPLES = 5
/** Bytes for each 1,000 cases: 4 MB over 200,000. */
const MOST_GROWTH = 20_000
/** Cases. In a shorter run the code that is compiled on the way weighs more than what could be held. */
const STEADY = 50_000
/** ms. A life takes a few; on a machine that others use, a pause of the process counts as well. */
const MOST_MS = 20_000
const MOST_BROKEN = 10

export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const { cases, seed, least, wasmBytes = () => 0, untilBroken = false, report = () => {} } = options
  const start = performance.now()
  const draw = drawFrom(seed)
  const ledger = createLedger()
  const memory = watchMemory(wasmBytes)
  const broken: string[] = []
  let lives = 0
  let slowest = 0
  let nextSample = 0
  const most = untilBroken ? 1 : MOST_BROKEN

  while (ledger.cases < cases && broken.length < most) {
    const plan = ledger.plan(draw)
    lives += 1
    const fault = playLife(plan, ledger)
    if (fault !== undefined) {
      broken.push(`${fault.message} (after ${ledger.cases} cases)`)
      report([`BROKEN ${fault.message}`, `  --replay '${spelled(plan)}'`].join('\n'))
    }
    slowest = Math.max(slowest, fault?.ms ?? 0)
    // What zlib leaves to be closed is closed when the event loop turns.
    if (lives % LIVES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    if (ledger.cases < nextSample) continue
    memory.note(ledger.cases)
    if (nextSample > 0) report(`${ledger.cases} cases, ${lives} lives, least pair ${ledger.least()}`)
    nextSample += Math.ceil(cases / (cases >= STEADY ? SAMPLES : FEW_SAMPLES))
  }

  broken.push(...ledger.unlisted().map((name) => `${name} was met and is not in the list of what can be`))
  const slope = slopePerThousand(memory.samples)
  if (!untilBroken) {
    for (const pair of REACHABLE.filter((one) => ledger.times(one) < least))
      broken.push(`${nameOfPair(pair)} came ${ledger.times(pair)} times, not ${least}`)
    if (cases >= STEADY && slope > MOST_GROWTH)
      broken.push(`memory grows by ${Math.round(slope)} bytes for each 1,000 cases`)
    report(ledger.table())
  }
  const line = [
    `fuzz: ${ledger.cases} changed stanzas and frames in ${lives} lives`,
    `${REACHABLE.length} pairs of state and input, least visited ${ledger.least()} times; ${EXCLUDED} excluded`,
    `slowest life ${slowest.toFixed(0)} ms`,
    `memory ${memorySpan(memory.samples)}, slope ${(slope / 1_000).toFixed(1)} kB for 1,000 cases`,
    `${broken.length} broken`,
    `${Math.round((performance.now() - start) / 1000)} s, seed ${seed}`,
  ].join('; ')
  return { line, isWhole: broken.length === 0, cases: ledger.cases, broken, ledger }

  function playLife(plan: Plan, visits: Ledger): { readonly message: string; readonly ms: number } | undefined {
    const begun = performance.now()
    beat(spelled(plan))
    try {
      lifeOf(plan, visits).play()
      if (lives % 50 === 0) probeCodec()
    } catch (error) {
      return { message: wordsOf(error), ms: performance.now() - begun }
    }
    const ms = performance.now() - begun
    slowest = Math.max(slowest, ms)
    return ms > MOST_MS ? { message: `a life took ${Math.round(ms)} ms`, ms } : undefined
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error
    ? `${error.constructor.name}: ${error.message}`
    : `what is no Error was thrown: ${String(error)}`
}

function memorySpan(samples: readonly { readonly bytes: number }[]): string {
  const settled = samples.slice(Math.ceil(samples.length / 5)).map(({ bytes }) => bytes / 1e6)
  return settled.length === 0 ? '–' : `${Math.min(...settled).toFixed(1)} to ${Math.max(...settled).toFixed(1)} MB`
}

/** A plan as an argument. */
function spelled({ seed, state, kinds }: Plan): string {
  return [seed, state, kinds.join('+')].join(':')
}

export function planFrom(text: string): Plan {
  const [seed = '', state = '', kinds = ''] = text.split(':')
  return {
    seed: Number(seed),
    state: state as Plan['state'],
    kinds: kinds === '' ? [] : (kinds.split('+') as unknown as Plan['kinds']),
  }
}
