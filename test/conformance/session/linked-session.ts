// One session, linked once and then used by many tests: an emulator, a store, and bots that come and go.
import { expect, vi } from 'vitest'
import { type Emulator, type Phone, startEmulator } from '../../../src/emulator/index.ts'
import { createVirtualClock, type VirtualClock } from '../../../src/emulator/virtual-clock.ts'
import { type Connection, type ConnectOptions, connect, link } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { optionsFor } from '../store/children/open-shared.ts'

export const NUMBER = '+12025550123'
export const CONTACT = '+12025550188'

export interface LinkedSession {
  readonly emulator: Emulator
  readonly store: Store
  readonly phone: Phone
  readonly contact: Phone
  readonly jid: string
  /** Brings the session back as it was when it was linked: no faults, in use. */
  reset(): Promise<void>
  connect(options?: Partial<ConnectOptions>): Bot
  stop(): Promise<void>
}

export interface Bot {
  readonly connection: Connection
  /** Its own time. */
  readonly clock: VirtualClock
  /** `online`, `waiting`, `stopped closed` …, each once. */
  readonly states: readonly string[]
  /** Resolves when the state of now has this name. */
  reaches(name: string): Promise<void>
}

/** `synced` false: the socket of the link is closed before it has read the account's history. */
export async function linkSession(storeUrl = 'memory:', synced = true): Promise<LinkedSession> {
  const emulator = await startEmulator()
  const store = await openStore(storeUrl, optionsFor(storeUrl))
  const phone = emulator.addPhone(NUMBER)
  const contact = emulator.addPhone(CONTACT)
  const linking = link({ session: 'sales', store, phone: NUMBER, endpoint: emulator.endpoint })
  const { jid } = await phone.enterCode((await linking.code()).code)
  await linking.result
  const bots: Bot[] = []

  const closeAll = async (): Promise<void> => {
    for (const { connection, clock } of bots.splice(0)) {
      await connection.close()
      clock.stop()
    }
  }
  await takeOver(connect({ session: 'sales', store, endpoint: emulator.endpoint }), synced)

  return {
    emulator,
    store,
    phone,
    contact,
    jid,
    async reset() {
      await closeAll()
      for (const at of ['handshake', 'login'] as const) {
        emulator.fail({ at, code: 500, times: 0 })
        emulator.disconnect({ at, times: 0 })
        emulator.hold({ at, times: 0 })
      }
      const stored = await store.get('sales')
      if (stored?.state !== 'linked') await store.restore('sales')
    },
    connect(options = {}) {
      const clock = createVirtualClock(systemClock)
      const connection = connect({ session: 'sales', store, clock, endpoint: emulator.endpoint, ...options })
      const bot = watch(connection, clock)
      bots.push(bot)
      return bot
    },
    async stop() {
      await closeAll()
      await store.close()
      await emulator.stop()
    },
  }
}

/** Adopts the socket that the link left. Until its history is read, Baileys buffers each next socket for 20 s. */
async function takeOver(bot: Connection, synced: boolean): Promise<void> {
  if (synced) {
    bot.on('socket', () => {})
    const hasRead = (): void => expect(bot.socket?.authState.creds.accountSyncCounter).toBeGreaterThan(0)
    await vi.waitFor(hasRead, { timeout: 25_000 })
  }
  await bot.close()
}

function watch(connection: Connection, clock: VirtualClock): Bot {
  const states: string[] = []
  const waiting = new Set<() => void>()
  connection.on('state', (state) => {
    states.push(state.name === 'stopped' ? `stopped ${state.reason}` : state.name)
    for (const look of waiting) look()
  })
  return {
    connection,
    clock,
    states,
    reaches: (name) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (connection.state.name === name) {
            waiting.delete(look)
            resolve()
          } else if (connection.state.name === 'stopped') {
            waiting.delete(look)
            reject(new Error(`stopped (${connection.state.reason}) before it was ${name}`))
          }
        }
        waiting.add(look)
        look()
      }),
  }
}
