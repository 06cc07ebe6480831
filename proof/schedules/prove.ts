// All schedules, one after the other, and what they add up to.
import { type Draw, drawFrom } from '../fuzz/draw.ts'
import { perform, scheduleOf } from './actions.ts'
import { watchQuiet } from './quiet.ts'
import { openWorld, ScheduleBroken, type World } from './world.ts'

export interface SchedulesOptions {
  readonly count: number
  readonly seed: number
  readonly report?: (text: string) => void
}

export interface Scheduled {
  readonly line: string
  readonly isWhole: boolean
  readonly broken: readonly string[]
  /** How links ended, and what they told, by name. */
  readonly ends: ReadonlyMap<string, number>
  readonly events: ReadonlyMap<string, number>
}

/** ms: the longest attempt, and what a proven account may take after it. */
const LONGEST_MS = 600_000 + 120_000
const STRIDE_MS = 10_000
const MOST_BROKEN = 10
const ROOMS = ['linking/link.ts', 'phone/parse.ts', 'phone/reserved.ts'].map(
  (file) => new URL(`../../src/${file}`, import.meta.url).href,
)

export async function proveSchedules({ count, seed, report = () => {} }: SchedulesOptions): Promise<Scheduled> {
  const start = performance.now()
  // What link() loads on the way would take its time while the clock of the first schedule runs.
  await Promise.all(ROOMS.map((room) => import(room)))
  const broken: string[] = []
  const ends = new Map<string, number>()
  const events = new Map<string, number>()
  let played = 0
  // The same seed with a count of one plays that schedule alone.
  while (played < count && broken.length < MOST_BROKEN) {
    const own = seed + played
    const fault = await play(drawFrom(own), (world) => tally(world, ends, events))
    if (fault !== undefined) {
      broken.push(`schedule ${own}: ${fault}`)
      report(`BROKEN ${broken.at(-1)}`)
    }
    played += 1
    if (played % 100 === 0) report(`${played} of ${count} schedules`)
  }
  const line = [
    `schedules: ${played} with ${sum(ends)} links and ${sum(events)} events`,
    `links ended ${figures(ends)}`,
    `${events.get('code') ?? 0} codes shown, ${events.get('code-expired') ?? 0} said dead, ${events.get('confirming') ?? 0} answered`,
    `${broken.length} broken`,
    `${Math.round((performance.now() - start) / 1000)} s, seed ${seed}`,
  ].join('; ')
  return { line, isWhole: broken.length === 0, broken, ends, events }
}

async function play(draw: Draw, done: (world: World) => void): Promise<string | undefined> {
  const quiet = watchQuiet()
  const world = await openWorld(quiet)
  const names: string[] = []
  try {
    for (const name of scheduleOf(draw)) {
      names.push(name)
      await perform(name, world, draw)
    }
    await world.settle()
    await untilAllEnded(world)
    done(world)
    return undefined
  } catch (error) {
    const words = error instanceof ScheduleBroken ? error.message : String(error instanceof Error ? error.stack : error)
    return `${words}; after ${names.join(', ')}`
  } finally {
    await world.stop()
    quiet.stop()
  }
}

async function untilAllEnded(world: World): Promise<void> {
  const goesOn = (): boolean => world.links.some(({ outcome }) => outcome === undefined)
  for (let passed = 0; goesOn() && passed < LONGEST_MS; passed += STRIDE_MS) await world.pass(STRIDE_MS)
  const left = world.links.filter(({ outcome }) => outcome === undefined)
  if (left.length === 0) return
  throw new ScheduleBroken(`${left.length} links never ended; the first is ${left[0]?.linking.state}`)
}

function tally({ links }: World, ends: Map<string, number>, events: Map<string, number>): void {
  const add = (to: Map<string, number>, name: string): unknown => to.set(name, (to.get(name) ?? 0) + 1)
  for (const one of links) {
    add(ends, one.outcome ?? 'never')
    for (const { type } of one.events) add(events, type)
  }
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0)

function figures(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')
}
