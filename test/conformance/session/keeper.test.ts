// Sessions that a process keeps: what it leaves alone, and what brings each of them back.
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../../src/emulator/virtual-clock.ts'
import { link } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { createKeeper, type Keeper } from '../../../src/session/keeper.ts'
import { type LinkedSession, linkSession, NUMBER } from './linked-session.ts'

let linked: LinkedSession

beforeAll(async () => {
  linked = await linkSession()
}, 60_000)
beforeEach(() => linked.reset())
afterAll(() => linked.stop())

interface Kept {
  readonly keeper: Keeper
  readonly clock: VirtualClock
  /** `sales online`, `sales stopped logged-out` …, in order. */
  readonly said: string[]
  readonly sockets: string[]
}

function keep(): Kept {
  const clock = createVirtualClock(systemClock)
  const said: string[] = []
  const sockets: string[] = []
  const keeper = createKeeper({
    store: linked.store,
    endpoint: linked.emulator.endpoint,
    clock,
    logger: silentLogger,
    onSocket: (_, session) => sockets.push(session),
    onState: (session, state) =>
      said.push(`${session} ${state.name === 'stopped' ? `stopped ${state.reason}` : state.name}`),
  })
  onTestFinished(async () => {
    await keeper.close()
    clock.stop()
  })
  return { keeper, clock, said, sockets }
}

const saying = async ({ said }: Kept, what: string, times = 1): Promise<void> => {
  await vi.waitFor(() => expect(said.filter((one) => one === what)).toHaveLength(times), { timeout: 30_000 })
}

test('what is linked is kept, each fresh socket is shown, and closing lets go of it', async () => {
  const kept = keep()
  await kept.keeper.start()
  await saying(kept, 'sales online')
  linked.emulator.streamError(503)
  await saying(kept, 'sales waiting')
  await kept.clock.advance(60_000)
  await saying(kept, 'sales online', 2)
  expect(kept.sockets).toEqual(['sales', 'sales'])
  await kept.keeper.close()
  expect(kept.said.at(-1)).toBe('sales stopped closed')
})

test('a session that is linked later is found within 30 s', async () => {
  await linked.store.remove('sales')
  const kept = keep()
  await kept.keeper.start()
  expect(kept.said).toEqual([])
  await linked.store.restore('sales')
  await kept.clock.advance(30_000)
  await saying(kept, 'sales online')
})

test('what WhatsApp refused is left alone, until it is linked anew', async () => {
  linked.emulator.fail({ at: 'login', code: 406 })
  const kept = keep()
  await kept.keeper.start()
  await saying(kept, 'sales stopped forbidden')
  await kept.clock.advance(600_000)
  expect(kept.said.filter((one) => one.includes('connecting'))).toHaveLength(1)
  const linking = link({ session: 'sales', store: linked.store, phone: NUMBER, endpoint: linked.emulator.endpoint })
  await linked.phone.enterCode((await linking.code()).code)
  await linking.result
  await kept.clock.advance(30_000)
  await saying(kept, 'sales online')
}, 60_000)

test('a banned account is tried again when the ban is over, and not before', async () => {
  linked.emulator.fail({ at: 'login', code: 402, backoffS: 3_600 })
  const kept = keep()
  await kept.keeper.start()
  await saying(kept, 'sales stopped temporary-ban')
  await kept.clock.advance(3_500_000)
  expect(kept.said.filter((one) => one.includes('connecting'))).toHaveLength(1)
  await kept.clock.advance(200_000)
  await saying(kept, 'sales online')
})

test('a session of another process is asked for every 30 s, and taken over when it is free', async () => {
  const other = linked.connect()
  await other.reaches('online')
  const kept = keep()
  await kept.keeper.start()
  await saying(kept, 'sales stopped session-busy')
  await kept.clock.advance(30_000)
  await saying(kept, 'sales stopped session-busy', 2)
  await other.connection.close()
  await kept.clock.advance(30_000)
  await saying(kept, 'sales online')
})

test('a session that is released for good is not taken up again by itself, only when it is asked for', async () => {
  const kept = keep()
  await kept.keeper.start()
  await saying(kept, 'sales online')
  const connection = kept.keeper.connection('sales')
  kept.keeper.release('sales')
  await connection?.close()
  await kept.clock.advance(60_000)
  expect(kept.sockets).toEqual(['sales'])
  kept.keeper.keep('sales')
  await saying(kept, 'sales online', 2)
})

test('a session that was removed under it is found again when its name is linked again', async () => {
  const kept = keep()
  await kept.keeper.start()
  await saying(kept, 'sales online')
  await linked.store.remove('sales')
  linked.emulator.streamError(515)
  await saying(kept, 'sales stopped not-linked')
  await kept.clock.advance(30_000)
  await linked.store.restore('sales')
  await kept.clock.advance(30_000)
  await saying(kept, 'sales online', 3)
})
