// One round: a program is killed, once or twice, and started until it comes to rest.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Places } from '../places.ts'
import { type Afterwards, Broken, judgeAfterKill, judgeAtRest, online } from './judge.ts'
import type { Moment, Passages, Rehearsed, Round } from './plan.ts'
import { preKeyTrail } from './pre-keys.ts'
import { type Run, type Stage, setStage, until } from './stage.ts'

export interface Outcome {
  /** Where each kill hit: the name of a point, or 'at 812 ms'. */
  readonly hits: readonly string[]
  /** The program came to rest before the moment came, and was killed there. */
  readonly missed: number
  readonly came: 'back by itself' | 'with a new code'
  /** First logins that WhatsApp refused because the phone never had the device; the program asked for a code by itself. */
  readonly refusedLogins: number
  /** Base64, of all uploads of the round: unique among all rounds, as they belong to different devices. */
  readonly preKeys: readonly string[]
}

/** Throws Broken, with the moments in its message. */
export async function playRound(round: Round, program: string, places: Places): Promise<Outcome> {
  const stage = await setStage(program, await places.next())
  const told: string[] = []
  try {
    let after: Afterwards = { shown: false, stored: undefined }
    let missed = 0
    for (const [index, moment] of round.moments.entries()) {
      const hit = await killAt(stage, moment, round.cut && index === 0)
      told.push(hit ?? 'at rest')
      if (hit === undefined) missed += 1
      after = await judgeAfterKill(stage)
    }
    const last = stage.start()
    await judgeAtRest(stage, last, after)
    await last.child.kill()
    await last.settled()
    if (!(await judgeAfterKill(stage, { whole: true })).shown) throw new Broken('the phone shows no device')
    return {
      hits: told.filter((hit) => hit !== 'at rest'),
      missed,
      came: after.shown ? 'back by itself' : 'with a new code',
      refusedLogins: refusals(stage),
      preKeys: preKeysOf(stage),
    }
  } catch (cause) {
    const plan = round.moments.map(nameOf).join(', then ')
    throw new Broken(`killed ${plan} (${told.join(', then ')})${round.cut ? ', line cut' : ''}: ${messageOf(cause)}`, {
      cause,
    })
  } finally {
    await stage.close()
  }
}

/** Where it hit; undefined when the program was at rest before. */
export async function killAt(stage: Stage, moment: Moment, cut: boolean): Promise<string | undefined> {
  const atPoint = moment.kind === 'point' ? { KILL_AT: moment.name, KILL_NTH: String(moment.nth) } : {}
  const run = startCut(stage, atPoint, cut)
  const killed = moment.kind === 'point' ? await dies(stage, run) : await endAfter(run, moment.ms)
  await run.settled()
  return killed ? nameOf(moment) : undefined
}

/** With `cut`, WhatsApp ends the connection while the program stores its link. */
function startCut(stage: Stage, env: Readonly<Record<string, string>>, cut: boolean): Run {
  return stage.start({ ...env, ...(cut ? { SLOW_STORE: '1' } : {}) }, ({ type }) => {
    if (cut && type === 'storing') stage.emulator.streamError(503)
  })
}

async function endAfter({ child }: Run, ms: number): Promise<true> {
  await sleep(ms)
  await child.kill()
  return true
}

/** Lets it run into its point; one that came to rest, with an echo, is killed from outside. */
async function dies(stage: Stage, { child }: Run): Promise<boolean> {
  const end = await child.until(
    ({ type, name }) => type === 'killed' || type === 'ended' || (type === 'state' && name === 'online'),
    'the point or rest',
  )
  if (end?.type === 'state') {
    const [contact] = stage.contacts
    await contact?.send('one more')
    await until(() => child.isOver || contact?.heard.includes('one more') === true, 'the echo of "one more"')
    await Promise.race([child.ended, sleep(200)]) // The points after the echo.
  }
  await child.kill()
  return child.said.some(({ type }) => type === 'killed')
}

/** Runs the program undisturbed, twice, and once with the line cut: what there is to hit. */
export async function rehearse(program: string, places: Places): Promise<Rehearsed> {
  const stage = await setStage(program, await places.next())
  const cutStage = await setStage(program, await places.next())
  const start = performance.now()
  try {
    const whole = await rehearseOnce(stage)
    const ms = performance.now() - start
    const again = await rehearseOnce(stage)
    const run = startCut(cutStage, { TELL_POINTS: '1' }, true)
    await run.child.until(({ type }) => type === 'ended', 'the cut link to fail')
    return { whole, again, cut: passages(run), ms }
  } finally {
    await stage.close()
    await cutStage.close()
  }
}

/** Runs the program until it has echoed, then kills it. */
export async function rehearseOnce(stage: Stage): Promise<Passages> {
  const run = stage.start({ TELL_POINTS: '1' })
  await online(run.child)
  await dies(stage, run)
  await run.settled()
  return passages(run)
}

function passages({ child }: Run): Passages {
  const counts = new Map<string, number>()
  for (const { type, name } of child.said)
    if (type === 'point' && name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function refusals({ emulator }: Stage): number {
  return emulator.stanzas.filter(
    ({ from, node }) => from === 'server' && node.tag === 'failure' && node.attrs['reason'] === '401',
  ).length
}

function preKeysOf({ emulator }: Stage): readonly string[] {
  const all = preKeyTrail(emulator.stanzas).uploads.flat()
  return [...new Set(all.map(({ value }) => value))]
}

export function nameOf(moment: Moment): string {
  return moment.kind === 'point' ? moment.name : `at ${moment.ms} ms`
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
