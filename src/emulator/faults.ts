// Pure. Which fault strikes at which stage. Faults are set ahead and count down as the stage is reached.

export const STAGES = [
  'handshake',
  'pair_device',
  'companion_hello',
  'primary_hello',
  'companion_finish',
  'pair_success',
  'pair_device_sign',
  'login',
  'prekey_upload',
] as const

export type Stage = (typeof STAGES)[number]

export type Tampering =
  | 'ref'
  | 'hmac'
  | 'signature'
  | 'missing-child'
  | 'duplicate'
  | 'refresh'
  | 'refresh-manual'
  | 'companion-reg-refresh'
  | 'passkey'

/** The number, its text and the seconds to wait, as `<error>` or `<failure>` carries them. */
export interface Refusal {
  readonly code: number
  readonly text?: string | undefined
  readonly backoffS?: number | undefined
}

export type Fault =
  /** `as` at `pair_device`: a `<failure>` in place of a socket that closes. */
  | ({ readonly kind: 'fail'; readonly as?: 'failure' | undefined } & Refusal)
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'tamper'; readonly with: Tampering }
  /** Without `ms`: silence. */
  | { readonly kind: 'hold'; readonly ms?: number | undefined }
  /** What is sent first at the stage goes out after the stanza that follows it. */
  | { readonly kind: 'reorder' }

/** What happens at a stage this time: first the delay, then the rest. */
export interface Strike {
  readonly hold?: { readonly ms?: number }
  readonly reorder?: true
  readonly fault?: Exclude<Fault, { kind: 'hold' | 'reorder' }>
}

export interface Faults {
  /** `times` 0 takes back every fault of this kind at this stage. Throws a RangeError for what makes no sense there. */
  set(at: Stage, fault: Fault, times?: number): void
  /** The stage is reached: what strikes now, one time less of it afterwards. */
  strike(at: Stage): Strike
}

/** Where each change can be made; elsewhere there is nothing to change. docs/emulator.md says what each does there. */
export const TAMPERABLE: Readonly<Record<Tampering, readonly Stage[]>> = {
  ref: ['pair_device', 'companion_hello', 'primary_hello'],
  hmac: ['pair_success'],
  signature: ['handshake', 'pair_success'],
  'missing-child': ['handshake', 'pair_device', 'companion_hello', 'primary_hello', 'pair_success'],
  // At every stage something is sent that can be sent twice.
  duplicate: STAGES,
  refresh: ['companion_hello', 'primary_hello', 'companion_finish', 'pair_success'],
  'refresh-manual': ['companion_hello', 'primary_hello', 'companion_finish', 'pair_success'],
  'companion-reg-refresh': [
    'pair_device',
    'companion_hello',
    'primary_hello',
    'companion_finish',
    'pair_success',
    'pair_device_sign',
  ],
  passkey: ['companion_hello', 'primary_hello', 'companion_finish', 'pair_success', 'pair_device_sign'],
}

/** Where an order can be changed: not before there are stanzas, and not for the last one. */
const REORDERABLE: readonly Stage[] = STAGES.filter((at) => at !== 'handshake' && at !== 'pair_device_sign')

interface Planned {
  readonly fault: Fault
  left: number
}

export function createFaults(): Faults {
  const plans = new Map<Stage, Planned[]>()

  const planAt = (at: Stage): Planned[] => {
    const plan = plans.get(at) ?? []
    plans.set(at, plan)
    return plan
  }

  /** The oldest that is left: faults of one stage strike in the order in which they were set. */
  const take = (plan: Planned[], matches: (fault: Fault) => boolean): Fault | undefined => {
    const planned = plan.find((one) => one.left > 0 && matches(one.fault))
    if (planned === undefined) return undefined
    planned.left -= 1
    if (planned.left <= 0) plan.splice(plan.indexOf(planned), 1)
    return planned.fault
  }

  return {
    set(at, fault, times = 1) {
      check(at, fault, times)
      const plan = planAt(at)
      if (times > 0) return void plan.push({ fault, left: times })
      plans.set(
        at,
        plan.filter((planned) => !sameKind(planned.fault, fault)),
      )
    },
    strike(at) {
      const plan = plans.get(at)
      if (plan === undefined) return {}
      const hold = take(plan, (fault) => fault.kind === 'hold')
      // Silence: the stage does not come, and what was set besides strikes the next time.
      if (hold?.kind === 'hold' && hold.ms === undefined) return { hold: {} }
      const reorder = take(plan, (fault) => fault.kind === 'reorder')
      const fault = take(plan, (fault) => fault.kind !== 'hold' && fault.kind !== 'reorder')
      return {
        ...(hold?.kind === 'hold' && hold.ms !== undefined && { hold: { ms: hold.ms } }),
        ...(reorder !== undefined && { reorder: true }),
        ...(fault !== undefined && fault.kind !== 'hold' && fault.kind !== 'reorder' && { fault }),
      }
    },
  }
}

function sameKind(one: Fault, other: Fault): boolean {
  if (one.kind === 'tamper' && other.kind === 'tamper') return one.with === other.with
  return one.kind === other.kind
}

function check(at: Stage, fault: Fault, times: number): void {
  if (!STAGES.includes(at)) throw new RangeError(`there is no stage “${at}”; the stages are ${STAGES.join(', ')}`)
  if (!isCount(times)) throw new RangeError('times must be a whole number, 0 or more')
  if (fault.kind === 'fail' && !Number.isInteger(fault.code))
    throw new RangeError('a fail fault needs a whole number as code')
  if (fault.kind === 'hold' && fault.ms !== undefined && !(fault.ms >= 0)) throw new RangeError('ms must be 0 or more')
  if (fault.kind === 'fail' && fault.as !== undefined && (fault.as !== 'failure' || at !== 'pair_device'))
    throw new RangeError('“as: failure” is for pair_device: there it is sent in place of a socket that closes')
  if (fault.kind === 'reorder' && !REORDERABLE.includes(at))
    throw new RangeError(`the order can be changed at ${REORDERABLE.join(', ')}, not at ${at}`)
  if (fault.kind !== 'tamper') return
  const stages = Object.hasOwn(TAMPERABLE, fault.with) ? TAMPERABLE[fault.with] : undefined
  if (stages === undefined) throw new RangeError(`there is no tampering “${fault.with}”`)
  if (!stages.includes(at)) throw new RangeError(`“${fault.with}” can be done at ${stages.join(', ')}, not at ${at}`)
}

/** `Infinity`: until it is taken back. */
function isCount(times: unknown): boolean {
  return times === Number.POSITIVE_INFINITY || (Number.isInteger(times) && (times as number) >= 0)
}
