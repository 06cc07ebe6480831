// The same question for plain Baileys: what becomes of a session when its process is killed and started again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from '../installation.ts'
import { inParallel } from '../parallel.ts'
import type { Place, Places } from '../places.ts'
import { randomFrom } from '../random.ts'
import { plan, type Round } from './plan.ts'
import type { Proven } from './prove.ts'
import { killAt, nameOf, rehearseOnce } from './round.ts'
import { setStage } from './stage.ts'

const FATES = {
  back: 'came back by themselves',
  'new code': 'had no device yet and asked for a new code by themselves',
  refused: 'ended in 401 until somebody deletes the folder',
  'refused, shown': 'ended in 401 with a device left on the phone',
  'new identity': 'silently became a new identity, with a device left on the phone',
  stuck: 'did neither within the limit',
} as const

type Fate = keyof typeof FATES

/** ms that a restarted bot gets to come online or to say what is wrong. */
const REST_MS = 45_000

export async function proveBaseline(options: {
  readonly count: number
  readonly seed: number
  readonly report?: (text: string) => void
}): Promise<Proven> {
  const { count, seed, report = console.error } = options
  const start = performance.now()
  const installation = await install()
  const places = folders()
  try {
    await installation.put(new URL('./crash-points.mjs', import.meta.url))
    const program = await installation.put(new URL('./plain-baileys.mjs', import.meta.url))
    const stage = await setStage(program, await places.next())
    const began = performance.now()
    const whole = await rehearseOnce(stage)
    const ms = performance.now() - began
    await stage.close()
    const planned = plan(count, { whole, again: new Map(), cut: new Map(), ms }, randomFrom(seed))
    const rounds = planned.flatMap(({ moments }) => moments.map((moment): Round => ({ moments: [moment], cut: false })))
    const fates = await inParallel(2, rounds, async (round) => {
      const fate = await fateOf(round, program, await places.next())
      report(`${fate.padEnd(15)} killed ${round.moments.map(nameOf).join(', then ')}`)
      return fate
    })
    const counts = Object.entries(FATES).map(
      ([fate, words]) => `${fates.filter((one) => one === fate).length} ${words}`,
    )
    const seconds = Math.round((performance.now() - start) / 1000)
    return {
      line: [`plain Baileys, kills: ${rounds.length}`, ...counts, `${seconds} s, seed ${seed}`].join('; '),
      isWhole: true,
    }
  } finally {
    await places.close()
    await installation.remove()
  }
}

async function fateOf(round: Round, program: string, place: Place): Promise<Fate> {
  const stage = await setStage(program, place)
  try {
    for (const moment of round.moments) await killAt(stage, moment, false)
    const shown = stage.phone.linkedDevices().length > 0
    const run = stage.start()
    const end = await run.child
      .until(({ type, name }) => type === 'ended' || (type === 'state' && name === 'online'), 'an end', REST_MS)
      .catch(() => undefined)
    if (run.codes() > 0 && shown) return 'new identity'
    if (end?.type === 'state') return run.codes() > 0 ? 'new code' : 'back'
    if (end === undefined) return 'stuck'
    return shown ? 'refused, shown' : 'refused'
  } finally {
    await stage.close()
  }
}

function folders(): Places {
  const made: string[] = []
  return {
    kind: 'sqlite',
    async next() {
      const folder = await mkdtemp(join(tmpdir(), 'paircode-folder-'))
      made.push(folder)
      return {
        env: { FOLDER: folder },
        look: () => Promise.reject(new Error('a folder is no store')),
        remove: () => rm(folder, { recursive: true, force: true }),
      }
    },
    async close() {
      for (const folder of made) await rm(folder, { recursive: true, force: true })
    },
  }
}
