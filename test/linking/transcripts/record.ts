// Records one handshake: the shell of an attempt with seeded randomness, against the emulator.
import { startEmulator } from '../../../src/emulator/index.ts'
import { createVirtualClock, type VirtualClock } from '../../../src/emulator/virtual-clock.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { drawCode } from '../../../src/linking/code-key.ts'
import type { LinkEvent } from '../../../src/linking/events.ts'
import { startAttempt } from '../../../src/linking/link.ts'
import type { Settings } from '../../../src/linking/machine/state.ts'
import { openStore } from '../../../src/store/index.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { checkedOptions } from '../checked-options.ts'
import type { Handshake, Recording } from './handshakes.ts'
import { plain } from './plain.ts'
import { seededRandomness } from './seeded.ts'
import { recordedStep, type Transcript } from './transcript.ts'

const NUMBER = '12025550123'

/** @param date as it stands in the origin, for example `2026-11-23` */
export async function record(handshake: Handshake, date: string): Promise<Transcript> {
  const emulator = await startEmulator()
  const clock = createVirtualClock(systemClock)
  const store = await openStore('memory:')
  const randomness = seededRandomness(`transcript of ${handshake.name}`)
  const steps: Transcript['steps'][number][] = []
  const events: LinkEvent[] = []
  const waiting = new Set<() => void>()
  let begun: { readonly settings: Settings; readonly advSecret: Uint8Array } | undefined
  const phone = emulator.addPhone(NUMBER)
  handshake.prepare?.(emulator)

  const event: Recording['event'] = async (type, nth = 1) => {
    for (;;) {
      const found = events.filter((one) => one.type === type)[nth - 1]
      if (found !== undefined) return found as never
      await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }

  try {
    const attempt = startAttempt({
      checked: checkedOptions({ session: 'recorded', endpoint: emulator.endpoint, ...handshake.options }),
      store: internalsOf(store),
      phone: handshake.withoutNumber ? undefined : { digits: NUMBER, accountKey: NUMBER },
      takeFirstCode: takenOnce(handshake.withoutNumber ? undefined : drawCode(undefined, randomness.bytes)),
      clock,
      logger: silentLogger,
      agent: undefined,
      randomness,
      onBegin: (settings, advSecret) => {
        begun = { settings, advSecret }
      },
      onStep: (input, moment, effects) => steps.push(recordedStep(input, moment, effects)),
      onEvent: (one) => {
        events.push(one)
        for (const wake of waiting) wake()
        waiting.clear()
      },
    })
    const ended = attempt.ended.then(
      () => undefined,
      (error: { readonly code: string }) => error.code,
    )
    await handshake.play?.({ emulator, phone, advance: (ms) => pass(clock, ms), event })
    const outcome = await ended
    if (outcome !== handshake.fails) throw new Error(`${handshake.name} ended with ${outcome ?? 'a link'}`)
  } finally {
    clock.stop()
    await store.close()
    await emulator.stop()
  }
  if (begun === undefined) throw new Error('the attempt never began')
  return {
    about: handshake.about,
    origin:
      `Recorded by scripts/record-handshakes.mjs on ${date}: this package's attempt, its randomness seeded, against this ` +
      'package’s emulator. The numbers, keys and codes are examples.',
    settings: plain(begun.settings),
    advSecret: plain(begun.advSecret),
    steps,
  }
}

/** ms. Pings go to and fro meanwhile, over real sockets: time must not run away from them. */
const STRIDE_MS = 5_000

async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STRIDE_MS) {
    await clock.advance(Math.min(STRIDE_MS, ms - passed))
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

function takenOnce<Value>(value: Value): () => Value | undefined {
  let left: Value | undefined = value
  return () => {
    const taken = left
    left = undefined
    return taken
  }
}
