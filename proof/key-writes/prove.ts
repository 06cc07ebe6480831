// All kills of the proof of key writes, and what they add up to.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from '../child.ts'
import { install } from '../installation.ts'
import type { Proven } from '../kills/prove.ts'
import { inParallel } from '../parallel.ts'
import { openPlaces, type Place, type Places, type StoreKind } from '../places.ts'
import { randomFrom } from '../random.ts'
import { createLedger, type Ledger } from './ledger.ts'

export interface KeyWritesOptions {
  readonly count: number
  readonly seed: number
  readonly store: StoreKind
  readonly report?: (text: string) => void
}

/** Kills of one store before the next one is made. */
const LIVES = 25
/** ms after the first acknowledged write, within which a kill comes. */
const MOST_MS = 400

type Disturbance = 'kill' | 'restart of the database' | 'cut lines'

interface Totals {
  readonly acknowledged: number
  /** How often each thing happened. */
  readonly disturbed: ReadonlyMap<Disturbance, number>
  /** Writes that the program was told had failed, and wrote again. */
  readonly failed: number
  readonly broken: readonly string[]
}

export async function proveKeyWrites({
  count,
  seed,
  store,
  report = console.error,
}: KeyWritesOptions): Promise<Proven> {
  const start = performance.now()
  const random = randomFrom(seed)
  const installation = await install()
  const places = await openPlaces(store)
  try {
    await installation.put(new URL('./values.mjs', import.meta.url))
    const program = await installation.put(new URL('./writer.mjs', import.meta.url))
    const batches = Array.from({ length: Math.ceil(count / LIVES) }, (_, index) =>
      Math.min(LIVES, count - index * LIVES),
    )
    // A restart of the database disturbs every store in it.
    const totals = await inParallel(store === 'sqlite' ? 2 : 1, batches, async (lives) => {
      const total = await batch(lives, program, places, random)
      for (const text of total.broken) report(`BROKEN ${text}`)
      return total
    })
    const sum = (of: (total: Totals) => number): number => totals.reduce((all, total) => all + of(total), 0)
    const disturbed = (what: Disturbance): number => sum((total) => total.disturbed.get(what) ?? 0)
    const broken = sum((total) => total.broken.length)
    const line = [
      `key writes on ${store}: ${disturbed('kill')} kills`,
      ...(store === 'sqlite'
        ? []
        : [
            `${disturbed('restart of the database')} restarts of PostgreSQL`,
            `${disturbed('cut lines')} times all lines cut`,
          ]),
      `${sum(({ acknowledged }) => acknowledged)} acknowledged writes, all there`,
      `${sum(({ failed }) => failed)} told as failed and written again`,
      'no write in part, every store whole',
      `${broken} broken`,
      `${Math.round((performance.now() - start) / 1000)} s, seed ${seed}`,
    ].join('; ')
    return { line, isWhole: broken === 0 }
  } finally {
    await places.close()
    await installation.remove()
  }
}

/** One store: killed, looked at, started again. */
async function batch(lives: number, program: string, places: Places, random: () => number): Promise<Totals> {
  const place = await places.next()
  const ledger = createLedger()
  const disturbed = new Map<Disturbance, number>()
  const broken: string[] = []
  let failed = 0
  try {
    for (let life = 1; life <= lives && broken.length === 0; life++) {
      const what = disturbance(places, random)
      const child = startChild(program, { ...place.env, ...(what === 'kill' ? {} : { MAY_FAIL: '1' }) })
      try {
        await disturb(child, what, places, place, random() * MOST_MS)
        await child.kill()
        await settle(ledger, child, place)
      } catch (error) {
        broken.push(`${what}, life ${life}: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        await child.kill()
      }
      failed += child.said.filter(({ type }) => type === 'failed').length
      disturbed.set(what, (disturbed.get(what) ?? 0) + 1)
    }
    return { acknowledged: ledger.acknowledged, disturbed, failed, broken }
  } finally {
    await place.remove()
  }
}

function disturbance({ database }: Places, random: () => number): Disturbance {
  const drawn = random()
  if (database === undefined || drawn < 0.6) return 'kill'
  return drawn < 0.8 ? 'restart of the database' : 'cut lines'
}

/** Lets the program write for `ms`. After a disturbance of the database it has to get on by itself. */
async function disturb(child: Child, what: Disturbance, { database }: Places, place: Place, ms: number): Promise<void> {
  const first = await child.until(({ type }) => type === 'stored' || type === 'ended', 'the first write')
  if (first?.type !== 'stored') throw new Error(`the program ended: ${String(first?.name)} ${child.complaint()}`)
  await sleep(ms)
  if (what === 'kill' || database === undefined) return
  if (what === 'cut lines') await database.cutLines(place)
  else await database.restart()
  const before = child.said.length
  const next = await child.until(
    (said) => said.type !== 'begun' && child.said.indexOf(said) >= before,
    'a word after it',
  )
  const then = await child.until(
    (said) => said.type === 'stored' && child.said.indexOf(said) > child.said.length - 200,
    'a write after the disturbance',
  )
  if (next === undefined || then === undefined) throw new Error(`the program ended ${child.complaint()}`)
}

async function settle(ledger: Ledger, child: Child, place: Place): Promise<void> {
  ledger.note(child.said)
  const look = await place.look()
  try {
    await ledger.check(look)
  } finally {
    await look.close()
  }
}
