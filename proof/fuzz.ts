// npm run proof:fuzz -- [count] [--seed n] | --mutants | --replay plan
//
// Proves: whatever WhatsApp, the network, the clock or a caller does, and in whatever order, the linking machine and the codec
// below it answer with the errors of the contract or not at all: nothing else is thrown, every step returns, memory stays
// flat, every attempt ends, and the rules of test/linking/machine-rules.ts hold at each step (no code before WhatsApp
// accepted it, one code at most, no answer for another ref, nothing stored before the account's proof was verified, our
// last word only after the store has confirmed, nothing after the end).
//
// How the cases are made: from the recorded handshakes (test/vectors/handshakes). Each life brings an attempt by a valid way
// into one of 32 states (fuzz/ways.ts), with the recording's keys. There come stanzas of the recordings, fitted to the attempt
// and then changed (fuzz/mutations.ts), also below a seal that is right; half of them as bytes through the frame splitter and
// the decoder; frames that were cut, flipped, compressed or nested (fuzz/frames.ts); answers of the shell in and out of turn,
// commands, ends, and timers in any order. Some lives follow a recording from its start instead, with stanzas left out, doubled,
// exchanged or changed. Only changed stanzas and frames are counted as cases.
//
// Where lives go: to the pairs of state and input that came least often. fuzz/reachable.ts says which pairs there are, and
// why the others cannot be; each must come 100 times (in shorter runs: in proportion), and one that cannot be must not come.
//
// --mutants: puts faults into the sources, one at a time (fuzz/mutants.ts), and shows that the fuzz finds each.
// --replay: one life again, with its steps, as the line below a fault spells it.
//
// Takes about 3 minutes for 200,000 cases. Exits 1 when anything was broken.
import { register } from 'node:module'
import { parseArgs } from 'node:util'
import { watchBridgeMemory } from '../test/wire/bridge-memory.ts'
import { foundLine, huntAll } from './fuzz/hunt.ts'
import { MUTANTS } from './fuzz/mutants.ts'

const CASES = 200_000
const VISITS = 100
/** ms without a new life. */
const HANG_MS = 120_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    replay: { type: 'string' },
  },
})
const cases = Number(positionals[0] ?? CASES)
const seed = Number(values.seed)
if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed)) {
  console.error('Usage: npm run proof:fuzz -- [count] [--seed n] | --mutants [--seed n] | --replay plan')
  process.exit(2)
}
const isWhole =
  values.replay === undefined ? await (values.mutants ? hunted() : fuzzed()) : await replayed(values.replay)
process.exitCode = isWhole ? 0 : 1

async function fuzzed(): Promise<boolean> {
  const { mutant } = values
  if (mutant !== undefined) plant(mutant)
  const { bytes } = await watchBridgeMemory()
  const { fuzz } = await import('./fuzz/prove.ts')
  const { guardAgainstHangs } = await import('./fuzz/watchdog.ts')
  guardAgainstHangs(HANG_MS)
  const { line, isWhole, broken } = await fuzz({
    cases,
    seed,
    least: Math.floor((VISITS * cases) / CASES),
    wasmBytes: bytes,
    untilBroken: mutant !== undefined,
    report: console.error,
  })
  if (mutant !== undefined) {
    console.log(foundLine(broken) ?? 'nothing was found')
    return true
  }
  for (const words of broken) console.error(`BROKEN ${words}`)
  console.log(line)
  return isWhole
}

function plant(name: string): void {
  const mutant = MUTANTS.find((one) => one.name === name)
  if (mutant === undefined) throw new RangeError(`there is no mutant ${name}`)
  const url = new URL(`../src/${mutant.file}`, import.meta.url).href
  register('./fuzz/mutant-hooks.mjs', import.meta.url, { data: { ...mutant, url } })
}

async function hunted(): Promise<boolean> {
  const all = await huntAll(seed)
  for (const { mutant, isFound, words } of all)
    console.error(
      `${isFound ? 'found' : 'NOT FOUND'}: ${mutant.name} (${mutant.about}), within ${mutant.within}: ${words}`,
    )
  const found = all.filter(({ isFound }) => isFound).length
  console.log(`fuzz: ${found} of ${all.length} planted faults were found; seed ${seed}`)
  return found === all.length
}

async function replayed(plan: string): Promise<boolean> {
  const { planFrom } = await import('./fuzz/prove.ts')
  const { lifeOf } = await import('./fuzz/life.ts')
  const life = lifeOf(planFrom(plan), { visit() {}, changed() {} })
  try {
    life.play()
    console.log('nothing was broken')
    return true
  } catch (error) {
    console.log(error)
    return false
  } finally {
    console.error(life.trace().join('\n'))
  }
}
