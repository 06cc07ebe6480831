// One owner of a session between processes, over each kind of store that processes share.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { build } from '../../../scripts/build.mjs'
import { systemClock } from '../../../src/lib/clock.ts'
import { openStore } from '../../../src/store/index.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { optionsFor } from '../store/children/open-shared.ts'
import { SHARED_PLACES } from '../store/place.ts'
import { type LinkedSession, linkSession } from './linked-session.ts'

beforeAll(() => build(), 120_000)

interface Bot {
  readonly process: ChildProcess
  readonly said: readonly { readonly state?: string; readonly reason?: string; readonly done?: string }[]
  /** Resolves when it is in this state, for the first time or now. */
  reaches(state: string): Promise<void>
  stopReason(): Promise<string | undefined>
}

function startBot({ emulator }: LinkedSession, storeUrl: string): Bot {
  const { url, rootKey } = emulator.endpoint
  const { key } = optionsFor(storeUrl)
  const child = spawn(process.execPath, [fileURLToPath(new URL('./bot.mjs', import.meta.url))], {
    env: {
      ...process.env,
      STORE_URL: storeUrl,
      ENDPOINT_URL: url,
      ROOT_KEY: Buffer.from(rootKey).toString('base64'),
      SESSION: 'sales',
      ...(key instanceof Uint8Array ? { STORE_KEY: Buffer.from(key).toString('base64') } : {}),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said: { state?: string; reason?: string }[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/^\{"(state|done|failed)"/.test(line)) said.push(JSON.parse(line))
  })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const reaches = (state: string): Promise<void> =>
    vi.waitFor(() => expect(said.map((one) => one.state)).toContain(state), { timeout: 30_000 })
  return {
    process: child,
    said,
    reaches,
    async stopReason() {
      await reaches('stopped')
      return said.findLast((one) => one.state === 'stopped')?.reason
    },
  }
}

/**
 * Sends the bot to sleep and does `work`, which needs the store's write lock. A bot that fell asleep in the middle of a
 * commit holds that lock until it wakes: it is woken, and sent to sleep at another moment.
 */
async function whileAsleep<T>(bot: Bot, work: () => Promise<T>, attempts = 5): Promise<T> {
  bot.process.kill('SIGSTOP')
  try {
    return await work()
  } catch (error) {
    if (attempts === 1 || !/database is locked/.test(String(error))) throw error
  }
  bot.process.kill('SIGCONT')
  await bot.reaches('online')
  return await whileAsleep(bot, work, attempts - 1)
}

describe.each(SHARED_PLACES)('processes that share a store: $name', ({ newAddress }) => {
  async function scene(): Promise<{ linked: LinkedSession; start: () => Bot; url: string }> {
    const url = await newAddress()
    const linked = await linkSession(url)
    onTestFinished(() => linked.stop())
    return { linked, url, start: () => startBot(linked, url) }
  }

  test('the second one is refused, the first stays online; killed, its session is free', async () => {
    const { linked, start } = await scene()
    const before = linked.emulator.logins.length
    const first = start()
    await first.reaches('online')
    const rivals = [start(), start()]
    for (const rival of rivals) expect(await rival.stopReason()).toBe('session-busy')
    expect(linked.emulator.logins).toHaveLength(before + 1)
    first.process.kill('SIGKILL')
    await once(first.process, 'close')
    const heir = start()
    await heir.reaches('online')
    expect(first.said.map(({ state }) => state)).toEqual(['online'])
    expect(linked.emulator.logins).toHaveLength(before + 2)
    heir.process.stdin?.write('close\n')
    expect(await heir.stopReason()).toBe('closed')
  }, 90_000)

  test('started at once, exactly one comes online, and nobody is thrown out', async () => {
    const { linked, start } = await scene()
    const before = linked.emulator.logins.length
    const bots = [start(), start(), start()]
    const first = await Promise.all(
      bots.map((bot) =>
        vi.waitFor(
          () => {
            const [one] = bot.said
            expect(one).toBeDefined()
            return one
          },
          { timeout: 30_000 },
        ),
      ),
    )
    expect(first.map((one) => one?.reason ?? one?.state).sort()).toEqual(['online', 'session-busy', 'session-busy'])
    expect(linked.emulator.logins).toHaveLength(before + 1)
  }, 90_000)

  test('one that slept while another took over lets go of the session, and does not take it back', async () => {
    const { linked, start, url } = await scene()
    const before = linked.emulator.logins.length
    const sleeper = start()
    await sleeper.reaches('online')
    // Void after 10 s of the store's clock, which this process may set forward: nothing is waited for.
    const clock = { ...systemClock, now: () => Date.now() + 11_000 }
    const later = await whileAsleep(sleeper, () => openStore(url, { ...optionsFor(url), clock }))
    onTestFinished(() => later.close())
    const { connection, reaches } = linked.connect({ store: later })
    await reaches('online')
    sleeper.process.kill('SIGCONT')
    // Whichever it hears of first: its store, or WhatsApp.
    expect(['lease-lost', 'replaced']).toContain(await sleeper.stopReason())
    expect(sleeper.said.map(({ state }) => state)).toEqual(['online', 'stopped'])
    expect(connection.state.name).toBe('online')
    expect(linked.emulator.logins).toHaveLength(before + 2)
  }, 90_000)

  test('a log-out by its own process leaves nothing for the others', async () => {
    const { linked, start } = await scene()
    const bot = start()
    await bot.reaches('online')
    bot.process.stdin?.write('logout\n')
    expect(await bot.stopReason()).toBe('logged-out')
    expect(linked.phone.linkedDevices()).toEqual([])
    expect(await start().stopReason()).toBe('not-linked')
  }, 90_000)

  test('who finds its session taken over sends nothing more', async () => {
    const { linked, url } = await scene()
    const timers = new Map<number, () => void>()
    let count = 0
    /** Asleep: nothing that was to happen happens, until it wakes. */
    const asleep = {
      now: () => Date.now(),
      setTimeout(run: () => void) {
        timers.set(++count, run)
        return count
      },
      clearTimeout: (handle: unknown) => void timers.delete(handle as number),
    }
    const store = await openStore(url, { ...optionsFor(url), clock: asleep })
    const later = await openStore(url, {
      ...optionsFor(url),
      clock: { ...systemClock, now: () => Date.now() + 11_000 },
    })
    onTestFinished(async () => {
      await later.close()
      for (const run of timers.values()) run()
      await store.close()
    })
    const { connection, reaches } = linked.connect({ store })
    await reaches('online')
    const socket = connection.socket
    const taken = await internalsOf(later).acquire({ kind: 'session', key: 'sales' })
    const sent: unknown[] = []
    connection.on('state', () => {
      // In the very turn in which it is known, before any promise goes on.
      sent.push(socket?.ws.isOpen)
    })
    for (const run of [...timers.values()]) run()
    expect(await connection.stopped).toBe('lease-lost')
    expect(sent).toEqual([false])
    await expect(socket?.sendMessage(linked.jid, { text: 'too late' })).rejects.toThrow()
    await taken.release()
  }, 90_000)
})
