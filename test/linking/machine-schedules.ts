// Random lives of an attempt: what WhatsApp, the phone, the network, the clock and the caller do, in any order, and what nobody
// would do.
import fc from 'fast-check'
import { LinkError } from '../../src/errors.ts'
import type { Effect, Input, Settings, TimerName } from '../../src/linking/machine/state.ts'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { pairSuccess } from './account.ts'
import { bytesFrom } from './keys.ts'
import { type Answer, CANCELLED, type Driver, drive, FIRST_SECRET, OUR_IDENTITY, PHONE } from './machine-driver.ts'
import { finishId, helloId } from './machine-steps.ts'
import { assertion, continuation, optionsNode, request } from './passkey-primary.ts'
import {
  edgeRouting,
  helloAccepted,
  iqError,
  iqResult,
  notification,
  pairDevice,
  passkeyRequest,
  primaryHello,
  refreshCode,
  registrationRefresh,
} from './server-stanzas.ts'

export type Action = (driver: Driver, pending: Input[]) => void

export interface Schedule {
  readonly held: readonly Answer[]
  readonly settings: Partial<Settings>
  readonly actions: readonly { readonly name: string; readonly act: Action }[]
  /** Whether the effects that were held are answered before time runs out. */
  readonly answered: boolean
}

/** Printed by its name when a schedule breaks a rule. */
const named = (name: string, act: Action) => ({ name, act, [fc.toStringMethod]: () => name })
const receive = (name: string, stanza: (driver: Driver) => Node) =>
  named(name, (driver, pending) => take(driver.receive(stanza(driver)), driver, pending))
const feed = (name: string, input: Input) => named(name, (driver, pending) => take(driver.feed(input), driver, pending))

/** Notes the answers that the driver does not give by itself. */
function take(effects: readonly Effect[], driver: Driver, pending: Input[]): void {
  for (const effect of effects) {
    const answer = driver.owed(effect)
    if (answer !== undefined) pending.push(answer)
  }
}

const currentRef = ({ state }: Driver): Uint8Array =>
  state.code.name === 'live' ? state.code.ref : Buffer.from('no ref')
/** Mostly those after which the attempt goes on. */
const codes = fc.constantFrom(400, 400, 400, 500, 500, 500, 403, 429, 452, 777)

const ends = fc.constantFrom<ConnectionEnd>(
  { kind: 'closed' },
  { kind: 'closed' },
  { kind: 'closed' },
  { kind: 'closed' },
  { kind: 'silent' },
  { kind: 'removed' },
  { kind: 'replaced' },
  { kind: 'stream-error', code: 515 },
  { kind: 'stream-error', code: 429 },
  { kind: 'stream-error', code: 503 },
  { kind: 'failure', reason: 503 },
  { kind: 'failure', reason: 405 },
  { kind: 'unopened', error: new LinkError('network', 'not reached') },
  { kind: 'unopened', error: new LinkError('untrusted-server', 'forged', { reason: 'dates' }) },
)

const proofs = fc
  .constantFrom('right', 'right', 'right', 'first secret', 'forged', 'malformed', 'from elsewhere', 'without id')
  .map((kind) =>
    receive(`pair-success: ${kind}`, ({ state }) => {
      const word = {
        advSecret: kind === 'first secret' ? FIRST_SECRET : state.advSecret,
        companionIdentity: OUR_IDENTITY.public,
      }
      if (kind === 'forged') return pairSuccess({ ...word, signature: () => new Uint8Array(64) })
      if (kind === 'malformed') return pairSuccess(word, { without: 'device' })
      if (kind === 'from elsewhere') return pairSuccess(word, { from: '12025550124@s.whatsapp.net' })
      return pairSuccess(word, kind === 'without id' ? { id: undefined } : {})
    }),
  )

const CEREMONY_KEYS = {
  ephemeral: OUR_IDENTITY,
  nonce: bytesFrom('n'),
  newSecret: bytesFrom('new'),
  iv: bytesFrom('i', 12),
}

const answeredRequest = ({ state }: Driver, ceremony = state.ceremonies): Input => ({
  type: 'passkey-answered',
  ceremony,
  assertion: { credentialId: Uint8Array.of(1), json: JSON.stringify(assertion()) },
  keys: CEREMONY_KEYS,
})
const askedLast = ({ state }: Driver): string =>
  state.passkey.name === 'idle' ? 'none' : (state.passkey.asked.at(-1)?.id ?? 'none')
const ceremonyAnswer = (driver: Driver): Node =>
  iqResult(askedLast(driver), [node('ref', {}, Buffer.from('4@ref')), optionsNode()])

/** What the owner, the phone and WhatsApp would do next in a passkey ceremony that goes well. */
function nextInCeremony(driver: Driver): readonly Effect[] {
  switch (driver.state.passkey.name) {
    case 'asked':
      return driver.feed(answeredRequest(driver))
    case 'prologue-sent':
      return driver.receive(continuation())
    case 'comparing':
      return driver.feed({ type: 'codes-compared', ceremony: driver.state.ceremonies, equal: true })
    case 'requested':
      return driver.receive(pairSuccess({ advSecret: driver.state.advSecret, companionIdentity: OUR_IDENTITY.public }))
    default:
      return driver.receive(ceremonyAnswer(driver))
  }
}

/** What a link that goes well would see next: without it, few random lives get far. */
const expected = named('what is expected', (driver, pending) => {
  const { connection, code, passkey } = driver.state
  const feedNext = (stanza: Node): void => take(driver.receive(stanza), driver, pending)
  if (passkey.name !== 'idle') take(nextInCeremony(driver), driver, pending)
  else if (connection.name === 'open') feedNext(pairDevice())
  else if (code.name === 'asking') feedNext(helloAccepted(code.iqId, Buffer.from(`ref for ${code.iqId}`)))
  else if (code.name === 'live') feedNext(primaryHello({ ref: code.ref, identity: PHONE.identity.public }))
  else take(driver.advance(5_000), driver, pending)
})

/** What may happen to a real attempt. Stanzas come only while a connection is open. */
const possible = fc.oneof(
  { weight: 25, arbitrary: fc.constant(expected) },
  {
    weight: 6,
    arbitrary: fc
      .oneof(fc.constantFrom(5_000, 20_000, 60_000), fc.integer({ min: 0, max: 70_000 }))
      .map((ms) => named(`${ms} ms pass`, (driver, pending) => take(driver.advance(ms), driver, pending))),
  },
  {
    weight: 8,
    arbitrary: fc.nat(3).map((index) =>
      named(`answer ${index}`, (driver, pending) => {
        const [input] = pending.splice(Math.min(index, pending.length - 1), 1)
        // A connection that was given up meanwhile never opens.
        const isLate = input?.type === 'connected' && driver.state.connection.name !== 'opening'
        if (input !== undefined && !isLate) take(driver.feed(input), driver, pending)
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(['2@a'], ['2@a', '2@b'], ['1', '2', '3', '4', '5', '6'], [])
      .map((refs) => receive('pair-device', () => pairDevice(refs))),
  },
  {
    weight: 5,
    arbitrary: fc
      .nat(99)
      .map((n) => receive('accepted', (driver) => helloAccepted(helloId(driver), Buffer.from(`ref ${n}`)))),
  },
  { weight: 1, arbitrary: fc.constant(receive('accepted without a ref', (driver) => iqResult(helloId(driver)))) },
  {
    weight: 1,
    arbitrary: codes.map((code) => receive(`refused ${code}`, (driver) => iqError(helloId(driver), { code }))),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(400, 500)
      .map((code) => receive(`finish refused ${code}`, (driver) => iqError(finishId(driver), { code }))),
  },
  { weight: 1, arbitrary: fc.constant(receive('finish taken', (driver) => iqResult(finishId(driver)))) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(PHONE.identity.public, PHONE.identity.public, new Uint8Array(32))
      .map((identity) => receive('primary_hello', (driver) => primaryHello({ ref: currentRef(driver), identity }))),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('ref', 'wrapped', 'identity', 'child')
      .map((without) =>
        receive(`primary_hello without ${without}`, (driver) => primaryHello({ ref: currentRef(driver), without })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(receive('primary_hello of another', () => primaryHello({ ref: Buffer.from('other') }))),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(undefined, 'true')
      .map((force) => receive('refresh_code', (driver) => refreshCode(currentRef(driver), force))),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('companion_reg_refresh', 'x')
      .map((child) => receive('companion_reg_refresh', () => registrationRefresh(child))),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      receive('other notification', () => notification('devices', [], 'n', { participant: 'p@s.whatsapp.net' })),
    ),
  },
  { weight: 1, arbitrary: fc.constant(receive('edge routing', () => edgeRouting(Uint8Array.of(1, 2)))) },
  { weight: 1, arbitrary: fc.constant(receive('passkey request', () => passkeyRequest('12025550124@s.whatsapp.net'))) },
  { weight: 2, arbitrary: fc.constant(receive('passkey request, sound', () => request())) },
  { weight: 1, arbitrary: fc.constant(receive('passkey request without options', () => request('none'))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom({}, { key: new Uint8Array(32) }, { nonce: new Uint8Array(3) })
      .map((half) => receive('continuation', () => continuation(half))),
  },
  { weight: 1, arbitrary: fc.constant(receive('ceremony answer', ceremonyAnswer)) },
  {
    weight: 1,
    arbitrary: codes.map((code) => receive('ceremony refused', (driver) => iqError(askedLast(driver), { code }))),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0, 1)
      .map((behind) =>
        named('answer to a passkey request', (driver, pending) =>
          take(driver.feed(answeredRequest(driver, driver.state.ceremonies - behind)), driver, pending),
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .boolean()
      .map((equal) =>
        named('answer to a comparison', (driver, pending) =>
          take(driver.feed({ type: 'codes-compared', ceremony: driver.state.ceremonies, equal }), driver, pending),
        ),
      ),
  },
  { weight: 1, arbitrary: proofs },
  { weight: 3, arbitrary: ends.map((end) => feed(`ended ${end.kind}`, { type: 'ended', end })) },
  { weight: 2, arbitrary: fc.constant(feed('refresh()', { type: 'refresh' })) },
)

/** Seldom, because it ends the attempt. */
const ending = fc.constantFrom(
  feed('cancel()', { type: 'cancel', error: CANCELLED }),
  receive('passkey request', () => passkeyRequest()),
)

const timers: readonly TimerName[] = [
  'pair-device',
  'answer',
  'code',
  'confirmation',
  'qr',
  'passkey',
  'passkey-answer',
  'retry',
  'store',
  'restart',
  'attempt',
]
const zero = {
  primaryEphemeral: new Uint8Array(32),
  random: bytesFrom('r'),
  bundleSalt: bytesFrom('s'),
  nonce: bytesFrom('n', 12),
}

const odd = fc.constantFrom(
  ...timers.map((name) => feed(`timer ${name}, out of turn`, { type: 'timer', name })),
  feed('connected, out of turn', { type: 'connected' }),
  feed('stored, out of turn', { type: 'stored' }),
  feed('not stored, out of turn', { type: 'not-stored', error: new LinkError('store-error', 'x') }),
  feed('signed, out of turn', { type: 'signed', signature: new Uint8Array(64) }),
  feed('reply sent, out of turn', { type: 'reply-sent' }),
  feed('reply lost, out of turn', { type: 'reply-lost' }),
  feed('reserved, out of turn', { type: 'reserved' }),
  feed('unwrapped, out of turn', { type: 'unwrapped', answer: 2, unwrapped: zero }),
  feed('code prepared, out of turn', {
    type: 'code-prepared',
    prepared: { code: 'ABCDEFGH', ephemeral: OUR_IDENTITY, wrappedEphemeral: Buffer.alloc(80, 77) },
  }),
  receive('a message', () => node('message', { id: '1', from: '12025550124@s.whatsapp.net' }, 'text')),
  receive('an empty iq', () => node('iq')),
  receive('an iq of a wrong shape', () =>
    node('iq', { type: 'result', id: '7.7-1', from: 's.whatsapp.net' }, Buffer.from([1, 2])),
  ),
  receive('a notification without anything', () => node('notification')),
  receive('an ib without anything', () => node('ib')),
)

const settings = fc.record(
  {
    digits: fc.constantFrom('12025550123', '12025550123', '12025550123', undefined),
    qr: fc.boolean(),
    refresh: fc.constantFrom<'auto' | 'manual'>('auto', 'auto', 'manual'),
    passkey: fc.constantFrom<'fail' | 'wait'>('wait', 'wait', 'fail'),
    maxCodes: fc.integer({ min: 1, max: 4 }),
    codeTtlMs: fc.constantFrom(180_000, 60_000, 1_000),
    timeoutMs: fc.constantFrom(600_000, 600_000, 240_000, 10_000),
    retry: fc.constantFrom(
      { attempts: 3, delayMs: 5_000, maxDelayMs: 60_000 },
      { attempts: 1, delayMs: 0, maxDelayMs: 0 },
      { attempts: 9, delayMs: 100, maxDelayMs: 900 },
    ),
  },
  { requiredKeys: [] },
)

const answers: readonly Answer[] = [
  'connected',
  'code-prepared',
  'reserved',
  'unwrapped',
  'signed',
  'stored',
  'reply-sent',
]

/** Some schedules begin on a ready connection or with a code on show, so that later stages are met often enough. */
const toCode = ['pair-device', 'accepted']
const toAnswer = [...toCode, 'primary_hello']
const beginnings = fc.constantFrom<readonly string[]>([], [], ['pair-device'], toCode, toAnswer)

/** Every stage at which an account can be proven: by QR code while a code is prepared, asked for or on show, and by a code. */
const proven = fc.constantFrom<readonly string[]>(
  ['pair-device', 'pair-success'],
  [...toCode, 'pair-success'],
  [...toAnswer, 'pair-success'],
)

/** Those in which the account is proven early, and stays between proof and reply for a while. */
export function provenSchedules(): fc.Arbitrary<Schedule> {
  return fc
    .tuple(schedules('possible'), proven, fc.constantFrom<Answer>('signed', 'stored', 'reply-sent'))
    .map(([schedule, beginning, held]) => ({
      ...schedule,
      held: [...schedule.held.filter((answer) => answer !== 'connected'), held],
      actions: [...beginning.map(begin), ...schedule.actions],
    }))
}

export function schedules(kind: 'possible' | 'any'): fc.Arbitrary<Schedule> {
  const action = fc.oneof(
    { weight: 60, arbitrary: possible },
    { weight: 1, arbitrary: ending },
    ...(kind === 'any' ? [{ weight: 12, arbitrary: odd }] : []),
  )
  return fc
    .record({
      held: fc.oneof(fc.constant<Answer[]>([]), fc.subarray([...answers], { minLength: 1, maxLength: 3 })),
      settings,
      beginning: beginnings,
      actions: fc.array(action, { minLength: 5, maxLength: 40, size: 'max' }),
      answered: fc.boolean(),
    })
    .map(({ beginning, actions, ...rest }) => ({ ...rest, actions: [...beginning.map(begin), ...actions] }))
}

const STEPS: Readonly<Record<string, ReturnType<typeof named>>> = {
  'pair-device': receive('pair-device', () => pairDevice()),
  accepted: receive('accepted', (driver) => helloAccepted(helloId(driver), Buffer.from('ref'))),
  'pair-success': receive('pair-success', ({ state }) =>
    pairSuccess({ advSecret: state.advSecret, companionIdentity: OUR_IDENTITY.public }),
  ),
  primary_hello: receive('primary_hello', (driver) =>
    primaryHello({ ref: currentRef(driver), identity: PHONE.identity.public }),
  ),
}
const begin = (name: string) => STEPS[name] ?? named('nothing', () => {})

/** Plays it to the end of time. Throws what a rule throws. */
export function play(schedule: Schedule, kind: 'possible' | 'any', afterProof: boolean): Driver {
  const driver = drive({ held: schedule.held, settings: schedule.settings, afterProof })
  const pending: Input[] = []
  take(driver.feed({ type: 'start' }), driver, pending)
  for (const { name, act } of schedule.actions) {
    if (kind === 'possible' && !isPossible(name, driver)) continue
    act(driver, pending)
  }
  // The shell always learns of the fate of a reply; everything else may stay unanswered for ever.
  const settle = (): void => {
    for (let input = pending.shift(); input !== undefined; input = pending.shift())
      if (input.type === 'reply-sent' || (schedule.answered && input.type !== 'connected'))
        take(driver.feed(input), driver, pending)
  }
  settle()
  for (let rounds = 0; rounds < 50 && !driver.state.over; rounds += 1) {
    take(driver.advance(30_000), driver, pending)
    settle()
  }
  return driver
}

/** Stanzas and ends come over a connection; `answer` and the rest need none. */
function isPossible(name: string, { state }: Driver): boolean {
  const free = / ms pass$|^answer|^what is|^refresh\(\)|^cancel\(\)/.test(name)
  if (free) return true
  if (name.startsWith('ended unopened')) return state.connection.name === 'opening'
  if (name.startsWith('ended')) return state.connection.name !== 'closed'
  // pair-device always comes first (section 2).
  if (name.startsWith('pair-success')) return state.connection.name === 'ready'
  return state.connection.name === 'open' || state.connection.name === 'ready'
}
