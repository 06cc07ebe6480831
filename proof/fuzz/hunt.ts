// Hunts mutants: each in a process of its own, in which one line of the sources is another.
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/programs.mjs'
import { inParallel } from '../parallel.ts'
import { MUTANTS, type Mutant } from './mutants.ts'

export interface Hunted {
  readonly mutant: Mutant
  readonly isFound: boolean
  /** What the fuzz said. */
  readonly words: string
}

const LIMIT_MS = 10 * 60_000
const WIDTH = 2

export function huntAll(seed: number, mutants: readonly Mutant[] = MUTANTS): Promise<readonly Hunted[]> {
  return inParallel(WIDTH, mutants, (mutant) => hunt(mutant, seed))
}

/** What the child says when it found something: the fault, and after how many cases. */
const FOUND = 'FOUND '

async function hunt(mutant: Mutant, seed: number): Promise<Hunted> {
  const program = fileURLToPath(new URL('../fuzz.ts', import.meta.url))
  const hooks = fileURLToPath(new URL('../register-typescript.mjs', import.meta.url))
  const args = ['--import', hooks, program, String(mutant.within), '--seed', String(seed), '--mutant', mutant.name]
  const { output } = await run(process.execPath, args, { limitMs: LIMIT_MS })
  const found = output.split('\n').find((line) => line.startsWith(FOUND))
  return { mutant, isFound: found !== undefined, words: found?.slice(FOUND.length) ?? output.slice(-2_000) }
}

/** The line for `FOUND`: only a broken rule counts, and never that the program does not run. */
export function foundLine(broken: readonly string[]): string | undefined {
  const rule = broken.find((words) => /^(?:RuleBroken|Broken): /.test(words))
  return rule === undefined ? undefined : `${FOUND}${rule}`
}
