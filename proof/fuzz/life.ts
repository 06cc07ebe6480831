// One life of an attempt: by a valid way to a state, there the inputs that the plan wants, then whatever the seed says, and to
// the end of its timers. Everything is drawn from the plan, so that the plan replays the life.
import { LinkError } from '../../src/errors.ts'
import type { Input, Settings, TimerName } from '../../src/linking/machine/state.ts'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import { type Attempt, createAttempt, preparedCode, unwrappedByWrongCode } from './attempt.ts'
import { Broken } from './broken.ts'
import { type Draw, drawFrom } from './draw.ts'
import { framed, mangled, receivedFrom } from './frames.ts'
import {
  type AnswerKind,
  type CommandKind,
  type FrameKind,
  isFrameKind,
  isStanzaKind,
  isTimerKind,
  KINDS,
  type Kind,
  STANZA_KINDS,
  type StanzaKind,
} from './inputs.ts'
import { mutated } from './mutations.ts'
import { LINKED, RECORDED } from './recorded.ts'
import { mutatedProof, validStanza } from './stanzas.ts'
import { type StateName, stateOf } from './states.ts'
import { ASSERTION, CEREMONY_KEYS, move, type Scene, WAYS } from './ways.ts'

export interface Plan {
  readonly seed: number
  /** 'recorded': a recorded handshake from its start, with things changed, left out, doubled and exchanged on the way. */
  readonly state: StateName | 'recorded'
  readonly kinds: readonly Kind[]
}

export interface Visits {
  /** Something of this kind has come at this state. `isReal`: no stanza came over no connection before. */
  visit(state: string, kind: Kind, isReal: boolean): void
  /** One more changed stanza or frame. */
  changed(): void
}

export interface Life {
  /** For whoever looks for the reason of a fault. */
  trace(): readonly string[]
  play(): void
}

/** More than the timers of the longest attempt. */
const MOST_TIMERS = 2_000

/** Where a way says nothing else. The keys are those of the recording. */
const BY_CODE: Partial<Settings> = { digits: '12025550123', qr: false, refresh: 'auto', passkey: 'fail' }

export function lifeOf(plan: Plan, visits: Visits): Life {
  const draw = drawFrom(plan.seed)
  const recorded = plan.state === 'recorded' ? draw.pick(RECORDED) : draw.pick(LINKED)
  const way = plan.state === 'recorded' ? undefined : draw.pick(WAYS[plan.state])
  const settings = { ...recorded.settings, ...variety(draw), ...(way && { ...BY_CODE, ...way.settings }) }
  const attempt = createAttempt(settings, recorded.advSecret, draw)
  const scene: Scene = {
    attempt,
    recorded,
    draw,
    cancelled: { type: 'cancel', error: new LinkError('cancelled', 'the link was cancelled') },
  }
  return {
    trace: () => attempt.trace,
    play() {
      if (way === undefined) playRecorded(scene, visits)
      else {
        attempt.feed({ type: 'start' })
        for (const name of way.moves) move(scene, name)
        if (stateOf(attempt.state) !== plan.state)
          throw new Broken(`the way to "${plan.state}" leads to "${stateOf(attempt.state)}": ${way.moves.join(', ')}`)
      }
      for (const kind of plan.kinds) happen(scene, kind, visits)
      for (let more = draw.number(5); more > 0; more -= 1) happen(scene, anyKind(attempt, draw), visits)
      runOut(attempt)
      if (draw.chance(0.2)) happen(scene, draw.pick(KINDS), visits)
    },
  }
}

function variety(draw: Draw): Pick<Attempt['settings'], 'maxCodes' | 'retry'> {
  return {
    maxCodes: 2 + draw.number(3),
    retry: draw.chance(0.7)
      ? { attempts: 3, delayMs: 5_000, maxDelayMs: 60_000 }
      : { attempts: 2 + draw.number(3), delayMs: draw.number(2) * 100, maxDelayMs: 900 },
  }
}

/** The recording again: each stanza as it was, changed, left out, doubled, or after the one that follows it. */
function playRecorded({ attempt, recorded, draw }: Scene, visits: Visits): void {
  const inputs = [...recorded.inputs]
  for (let at = 0; at < inputs.length; at += 1) {
    const input = inputs[at]
    if (input === undefined || (input.type === 'timer' && !attempt.timers.has(input.name))) continue
    if (input.type !== 'node' || draw.chance(0.6)) {
      attempt.feed(input)
      continue
    }
    visits.changed()
    const way = draw.number(4)
    if (way === 0) continue
    const next = inputs[at + 1]
    if (way === 1 && next?.type === 'node') {
      attempt.feed(next)
      inputs[at + 1] = input
    } else if (way === 2) {
      attempt.feed(input)
      attempt.feed(input)
    } else receive(attempt, { type: 'node', node: mutated(input.node, draw) })
  }
}

/** One input of this kind; a timer that does not run is left alone. */
function happen(scene: Scene, kind: Kind, visits: Visits): void {
  const { attempt, draw } = scene
  if (isTimerKind(kind)) {
    const name = kind.slice('timer '.length) as TimerName
    if (!attempt.timers.has(name)) return
    note(attempt, kind, visits)
    return attempt.fire(name)
  }
  note(attempt, kind, visits)
  if (isStanzaKind(kind)) return stanza(scene, kind, visits)
  if (isFrameKind(kind)) return mangledFrame(scene, kind, visits)
  if (kind === 'ended' || kind === 'refresh' || kind === 'cancel') attempt.feed(command(scene, kind))
  else answer(scene, kind)
  if (draw.chance(0.1)) attempt.feed(kind === 'ended' ? { type: 'refresh' } : { type: 'ended', end: anyEnd(draw) })
}

function note(attempt: Attempt, kind: Kind, visits: Visits): void {
  visits.visit(stateOf(attempt.state), kind, attempt.isReal)
}

function stanza({ attempt, recorded, draw }: Scene, kind: StanzaKind, visits: Visits): void {
  visits.changed()
  const valid = validStanza(kind, recorded, attempt, draw)
  const isProof = kind === 'pair-success' && draw.chance(0.6)
  const node = isProof ? mutatedProof(valid, attempt.state.advSecret, draw) : mutated(valid, draw)
  const wire = draw.chance(0.5) ? framed(node) : undefined
  const twice = draw.chance(0.05) ? 2 : 1
  for (let times = 0; times < twice; times += 1)
    if (wire === undefined) receive(attempt, { type: 'node', node })
    else for (const input of receivedFrom(wire, draw)) receive(attempt, input)
}

function mangledFrame({ attempt, recorded, draw }: Scene, kind: FrameKind, visits: Visits): void {
  visits.changed()
  const [one, other] = [0, 1].map(() => validStanza(draw.pick(STANZA_KINDS), recorded, attempt, draw))
  if (one === undefined || other === undefined) return
  for (const input of receivedFrom(mangled(kind, one, other, draw), draw)) receive(attempt, input)
}

function receive(attempt: Attempt, input: Input): void {
  const { name } = attempt.state.connection
  // connection.ts tells of stanzas only between onOpen and the end; the machine is to bear them at any time all the same.
  if (input.type === 'node' && (name === 'closed' || name === 'opening')) attempt.leaveReality()
  attempt.feed(input)
}

const ENDS: readonly ConnectionEnd[] = [
  { kind: 'closed' },
  { kind: 'silent' },
  { kind: 'removed' },
  { kind: 'replaced' },
  ...[515, 503, 429, 401, 516, 999_999_999].map((code) => ({ kind: 'stream-error', code }) as const),
  { kind: 'stream-error' },
  { kind: 'stream-error', child: 'ack', ackId: '7' },
  ...[401, 402, 403, 405, 406, 409, 429, 500, 503, 999].map((reason) => ({ kind: 'failure', reason }) as const),
  { kind: 'failure' },
  { kind: 'failure', reason: 402, expireS: 999_999_999, text: 'wait' },
  { kind: 'unopened', error: new LinkError('network', 'not reached') },
  { kind: 'unopened', error: new LinkError('untrusted-server', 'forged', { reason: 'dates' }) },
]

const anyEnd = (draw: Draw): ConnectionEnd => (draw.chance(0.4) ? { kind: 'closed' } : draw.pick(ENDS))

function command({ draw, cancelled }: Scene, kind: CommandKind): Input {
  if (kind === 'ended') return { type: 'ended', end: anyEnd(draw) }
  return kind === 'refresh' ? { type: 'refresh' } : cancelled
}

/** The owed answer where there is one, else one that comes out of its turn. */
function answer({ attempt, draw }: Scene, kind: AnswerKind): void {
  if (draw.chance(0.7) && attempt.answer(kind)) return
  attempt.feed(answerOutOfTurn(attempt, kind, draw))
}

function answerOutOfTurn({ state: { ceremonies, answers } }: Attempt, kind: AnswerKind, draw: Draw): Input {
  switch (kind) {
    case 'code-prepared':
      return preparedCode(draw)
    case 'unwrapped':
      return unwrappedByWrongCode(answers - draw.number(2), draw)
    case 'passkey-answered':
      return { type: kind, ceremony: ceremonies - draw.number(2), assertion: ASSERTION, keys: CEREMONY_KEYS }
    case 'codes-compared':
      return { type: kind, ceremony: ceremonies - draw.number(2), equal: draw.chance(0.7) }
    case 'signed':
      return { type: kind, signature: draw.bytes(64) }
    case 'not-stored':
      return { type: kind, error: new LinkError('store-error', 'the link could not be stored') }
    case 'not-reserved':
      return { type: kind, error: new LinkError('rate-limited', 'too many codes', { retryAfterMs: 60_000 }) }
    default:
      return { type: kind }
  }
}

/** Half of what comes by itself is what the attempt waits for. */
function anyKind(attempt: Attempt, draw: Draw): Kind {
  const timers = [...attempt.timers.keys()].filter((name) => name !== 'attempt')
  if (timers.length > 0 && draw.chance(0.2)) return `timer ${draw.pick(timers)}`
  const [owed] = attempt.owed
  if (owed !== undefined && draw.chance(0.4)) return owed.type as AnswerKind
  return draw.pick(KINDS)
}

/** Nothing comes any more but the timers. What was stored, or may yet be, is finished or withdrawn; and it is over. */
function runOut(attempt: Attempt): void {
  for (let fired = 0; attempt.timers.size > 0; fired += 1) {
    if (fired > MOST_TIMERS) throw new Broken('the timers never end')
    const [first] = [...attempt.timers].toSorted(([, one], [, other]) => one - other)
    if (first !== undefined) attempt.fire(first[0])
  }
  if (!attempt.state.over) throw new Broken(`no timer runs, and it is not over: ${stateOf(attempt.state)}`)
}
