// Pure. Every combination of stage and fault that the emulator can make, with words for it.
import { STAGES, TAMPERABLE } from '../../../../src/emulator/faults.ts'
import type { Emulator, Stage, Tampering } from '../../../../src/emulator/index.ts'

export interface Combination {
  /** `code on show`: no stage of its own; the connection ends while the person looks at the code. */
  readonly at: Stage | 'code on show'
  /** As the table calls it. */
  readonly fault: string
  /** Sets it ahead, for so many times. */
  set(emulator: Emulator, times: number): void
  /** Done when the first code is on show, in place of typing it. */
  readonly onCode?: (emulator: Emulator) => void
}

const REFUSALS: Readonly<Partial<Record<Stage, readonly number[]>>> = {
  companion_hello: [400, 403, 429, 452, 500, 999],
  primary_hello: [500],
  companion_finish: [400, 500, 404],
  pair_success: [500],
  pair_device_sign: [500],
  login: [401, 402, 403, 405, 406, 409, 500, 503],
}

const FAILURES = [401, 402, 403, 405, 406, 409, 429, 500, 503]
const STREAM_ERRORS = [401, 409, 429, 500, 503, 515, 516]
const REORDERED: readonly Stage[] = STAGES.filter((at) => at !== 'handshake' && at !== 'pair_device_sign')
const LATE_MS = 5_000

const refused: Partial<Record<Stage, (code: number) => string>> = {
  login: (code) => `\`<failure reason="${code}">\``,
  primary_hello: () => 'the phone is refused',
  pair_success: () => 'the phone is refused',
}

const TAMPERED: Readonly<Record<Tampering, string>> = {
  ref: 'another ref than was meant',
  hmac: 'a wrong HMAC',
  signature: 'a wrong signature',
  'missing-child': 'a part is missing',
  duplicate: 'everything comes twice',
  refresh: 'the code is taken back',
  'refresh-manual': 'the code is taken back, a person must ask for the next',
  'companion-reg-refresh': 'a new secret is asked for',
  passkey: 'a passkey is asked for',
}

function faultsAt(at: Stage): readonly Combination[] {
  return [
    ...(at === 'handshake' || at === 'pair_device'
      ? [{ at, fault: 'the server closes', set: (to: Emulator, times: number) => to.fail({ at, code: 500, times }) }]
      : []),
    ...(at === 'pair_device'
      ? FAILURES.map((code) => ({
          at,
          fault: `\`<failure reason="${code}">\``,
          set: (to: Emulator, times: number) => to.fail({ at, code, as: 'failure', times }),
        }))
      : []),
    ...(REFUSALS[at] ?? []).map((code) => ({
      at,
      fault: refused[at]?.(code) ?? `refused with ${code}`,
      set: (to: Emulator, times: number) => to.fail({ at, code, times }),
    })),
    { at, fault: 'silence', set: (to, times) => to.hold({ at, times }) },
    { at, fault: `comes ${LATE_MS / 1000} s late`, set: (to, times) => to.hold({ at, ms: LATE_MS, times }) },
    { at, fault: 'the line is cut', set: (to, times) => to.disconnect({ at, times }) },
    ...(Object.keys(TAMPERED) as Tampering[])
      .filter((kind) => TAMPERABLE[kind].includes(at))
      .map((kind) => ({
        at,
        fault: TAMPERED[kind],
        set: (to: Emulator, times: number) => to.tamper({ at, with: kind, times }),
      })),
    ...(REORDERED.includes(at)
      ? [{ at, fault: 'comes in another order', set: (to: Emulator, times: number) => to.reorder({ at, times }) }]
      : []),
  ]
}

export const COMBINATIONS: readonly Combination[] = [
  ...STAGES.flatMap(faultsAt),
  ...STREAM_ERRORS.map((code) => ({
    at: 'code on show' as const,
    fault: `\`<stream:error code="${code}">\``,
    set: () => {},
    onCode: (to: Emulator) => to.streamError(code),
  })),
]
