// The shell of an attempt whose store has no time: what was given up is not written behind its back.
import { expect, it } from 'vitest'
import { startEmulator } from '../../src/emulator/index.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { deferred } from '../../src/lib/deferred.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startAttempt } from '../../src/linking/link.ts'
import { takePreKeys } from '../../src/linking/pre-keys.ts'
import { systemRandomness } from '../../src/linking/randomness.ts'
import type { StoreInternals } from '../../src/store/contract.ts'
import { openStore } from '../../src/store/index.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { checkedOptions } from './checked-options.ts'

const NUMBER = '12025550123'
const STORE_MS = 30_000

it('a write whose pre-keys came after its limit is never begun, and the phone is refused', async () => {
  const emulator = await startEmulator()
  const store = await openStore('memory:')
  const phone = emulator.addPhone(NUMBER)
  const writes: string[] = []
  const internals: StoreInternals = {
    ...internalsOf(store),
    saveLinked: async (link) => {
      writes.push('saved')
      return internalsOf(store).saveLinked(link)
    },
    withdraw: async (session) => {
      writes.push('withdrawn')
      return internalsOf(store).withdraw(session)
    },
  }
  let limitIsSet = false
  let passLimit = (): void => {}
  const clock: Clock = {
    ...systemClock,
    setTimeout: (run, ms) => {
      if (limitIsSet && ms === STORE_MS) passLimit = run
      return systemClock.setTimeout(run, ms)
    },
  }
  const shown = deferred<string>()
  const others: Promise<unknown>[] = []
  try {
    const attempt = startAttempt({
      checked: checkedOptions({ session: 'sales', endpoint: emulator.endpoint }),
      store: internals,
      phone: { digits: NUMBER, accountKey: NUMBER },
      takeFirstCode: () => undefined,
      clock,
      logger: silentLogger,
      agent: undefined,
      randomness: systemRandomness,
      onStep: (_input, _moment, effects) => {
        if (effects.some((effect) => effect.type === 'set-timer' && effect.name === 'store')) limitIsSet = true
        if (!effects.some(({ type }) => type === 'store')) return
        // Others take all keys that are there, so that the write has to wait for its own.
        others.push(takePreKeys(), takePreKeys(), takePreKeys())
        queueMicrotask(() => passLimit())
      },
      onEvent: (event) => {
        if (event.type === 'code') shown.resolve(event.code)
      },
    })
    const ended = attempt.ended.catch((error: unknown) => error)
    await expect(phone.enterCode(await shown.promise)).rejects.toThrow('the companion refused with 500')
    expect(await ended).toMatchObject({ code: 'store-error', message: expect.stringContaining('30000 ms') })
    await Promise.all(others)
    // After those: the write's own keys have come by then.
    await takePreKeys()
    await takePreKeys()
    expect(writes).toEqual([])
    expect(await store.get('sales')).toBeUndefined()
  } finally {
    await store.close()
    await emulator.stop()
  }
})
