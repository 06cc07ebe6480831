// One link with one fault: a person who types every code that is shown, and a clock that moves only when nothing else does.
import { startEmulator } from '../../../../src/emulator/index.ts'
import { PhoneError } from '../../../../src/emulator/phone-error.ts'
import { type LinkEvent, link } from '../../../../src/index.ts'
import { systemClock } from '../../../../src/lib/clock.ts'
import { openStore } from '../../../../src/store/index.ts'
import { createStillClock } from '../../../session/still-clock.ts'
import { NUMBER } from '../stage.ts'
import type { Combination } from './faults.ts'
import type { QuietWatch } from './quiet.ts'

export interface Told {
  readonly event: LinkEvent
  /** ms of the clock since the link was started. */
  readonly atMs: number
}

export interface Course {
  readonly told: readonly Told[]
  /** What phones said to the person who typed, in order. */
  readonly phone: readonly string[]
  /** ms until the result settled. */
  readonly overMs: number
  /** Logins in the store at the end, those that are over left out. */
  readonly stored: number
}

/** Rounds of the clock that a link may need; what needs more hangs. */
const MAX_ROUNDS = 1_000
/** A person types a code again when the phone fell silent, once. */
const TYPINGS = 2

export async function runCourse(combination: Combination, times: number, watch: QuietWatch): Promise<Course> {
  const clock = createStillClock()
  const began = clock.now()
  const emulator = await startEmulator({ clock })
  // Its leases and limits run on the real time, which hardly moves: they would wake the clock every 3 s.
  const store = await openStore('memory:', { clock: systemClock })
  const phone = emulator.addPhone(NUMBER)
  const told: Told[] = []
  const said: string[] = []
  try {
    combination.set(emulator, times)
    const firstLogin = combination.at === 'login' || combination.at === 'prekey_upload'
    const linking = link({ session: 'sales', phone: NUMBER, store, clock, endpoint: emulator.endpoint, firstLogin })
    let over = false
    let shown: string | undefined

    const type = async (code: string): Promise<void> => {
      for (let typing = 1; typing <= TYPINGS && shown === code && !over; typing += 1) {
        const refusal = await phone.enterCode(code).then(
          () => undefined,
          (error: unknown) => error,
        )
        if (!(refusal instanceof PhoneError)) return
        if (!over) said.push(refusal.code)
      }
    }

    const listening = (async () => {
      for await (const event of linking) {
        told.push({ event, atMs: clock.now() - began })
        if (event.type === 'code') shown = event.code
        if (event.type === 'code-expired' || event.type === 'failed') shown = undefined
        if (event.type === 'code' && combination.onCode !== undefined && (event.number === 1 || times > 1))
          combination.onCode(emulator)
        else if (event.type === 'code') void type(event.code)
        if (event.type === 'code-expired' && event.manual) await linking.refresh()
      }
    })()
    const settled = linking.result.then(
      () => {},
      () => {},
    )
    void settled.then(() => {
      over = true
    })
    let rounds = 0
    for (; rounds < MAX_ROUNDS; rounds += 1) {
      await watch.quiet(firstLogin ? 150 : 6)
      if (over) break
      clock.next()
    }
    if (rounds === MAX_ROUNDS) throw new Error(`${combination.at}, ${combination.fault}: no end in sight`)
    await listening
    return {
      told,
      phone: said,
      overMs: clock.now() - began,
      stored: (await store.list()).filter(({ state }) => state === 'linked' || state === 'unconfirmed').length,
    }
  } finally {
    await store.close()
    await emulator.stop()
  }
}
