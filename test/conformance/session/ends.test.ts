// Every way in which the emulator ends a connection, as a bot sees it: docs/protocol.md section 10, with real Baileys sockets.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../../../src/emulator/index.ts'
import { type LinkedSession, linkSession } from './linked-session.ts'

let linked: LinkedSession

beforeAll(async () => {
  linked = await linkSession()
}, 60_000)
beforeEach(() => linked.reset())
afterAll(() => linked.stop())

describe('at the login', () => {
  test.each([
    [400, 'refused', 'linked'],
    [401, 'logged-out', 'logged-out'],
    [402, 'temporary-ban', 'linked'],
    [403, 'forbidden', 'logged-out'],
    [405, 'outdated-version', 'linked'],
    [406, 'forbidden', 'logged-out'],
    [409, 'refused', 'linked'],
    [413, 'refused', 'linked'],
    [415, 'refused', 'linked'],
    [418, 'refused', 'linked'],
    [501, 'refused', 'linked'],
    [999, 'refused', 'linked'],
  ])('failure %i stops as %s, and the store says %s', async (code, reason, kept) => {
    const { emulator, store, connect } = linked
    const before = emulator.logins.length
    emulator.fail({ at: 'login', code })
    const { connection, states } = connect()
    expect(await connection.stopped).toBe(reason)
    expect(states).toEqual([`stopped ${reason}`])
    expect(await store.get('sales')).toMatchObject({ state: kept })
    expect(emulator.logins).toHaveLength(before)
  })

  test('a ban of an hour says until when', async () => {
    linked.emulator.fail({ at: 'login', code: 402, backoffS: 3_600 })
    const { connection, clock } = linked.connect()
    await connection.stopped
    const { state } = connection
    const until = state.name === 'stopped' ? state.until?.getTime() : undefined
    expect(Math.abs((until ?? 0) - clock.now() - 3_600_000)).toBeLessThan(60_000)
  })

  const passing: readonly (readonly [string, (emulator: Emulator) => void])[] = [
    ['failure 500', (emulator) => emulator.fail({ at: 'login', code: 500 })],
    ['failure 503', (emulator) => emulator.fail({ at: 'login', code: 503 })],
    ['a cut line', (emulator) => emulator.disconnect({ at: 'login' })],
    ['a cut line in the handshake', (emulator) => emulator.disconnect({ at: 'handshake' })],
  ]
  test.each(passing)('%s waits, and comes online the next time', async (_, set) => {
    const { emulator, connect } = linked
    const before = emulator.logins.length
    set(emulator)
    const { clock, states, reaches } = connect()
    await reaches('waiting')
    await clock.advance(60_000)
    await reaches('online')
    expect(states).toEqual(['waiting', 'connecting', 'online'])
    expect(emulator.logins).toHaveLength(before + 1)
  })

  test.each(['handshake', 'login'] as const)(
    'silence at the %s is given up after a while, and tried again',
    async (at) => {
      const { emulator, connect } = linked
      const before = emulator.logins.length
      emulator.hold({ at })
      const { clock, states, connection } = connect()
      await expect.poll(() => connection.socket?.ws.isOpen, { timeout: 20_000 }).toBe(true)
      // The emulator may not have heard of it yet, then the next socket meets the silence.
      await expect
        .poll(() => clock.advance(90_000).then(() => connection.state.name), { timeout: 20_000 })
        .toBe('online')
      expect(states.slice(0, 2)).toEqual(['waiting', 'connecting'])
      expect(emulator.logins.length).toBeGreaterThan(before)
    },
  )

  test('a delay is waited for', async () => {
    const { emulator, connect } = linked
    emulator.hold({ at: 'login', ms: 10_000 })
    const { states, reaches } = connect()
    await expect.poll(() => emulator.stanzas.length, { timeout: 20_000 }).toBeGreaterThan(0)
    const come = reaches('online')
    for (let turn = 0; turn < 50 && states.length === 0; turn += 1) {
      await emulator.advance(1_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await come
    expect(states).toEqual(['online'])
  })
})

describe('while it is online', () => {
  test.each([
    [401, 'logged-out', 'logged-out'],
    [409, 'replaced', 'linked'],
    [516, 'logged-out', 'logged-out'],
  ])('stream error %i stops as %s, and the store says %s', async (code, reason, kept) => {
    const { emulator, store, connect } = linked
    const { connection, states, reaches } = connect()
    await reaches('online')
    emulator.streamError(code)
    expect(await connection.stopped).toBe(reason)
    expect(states).toEqual(['online', `stopped ${reason}`])
    expect(await store.get('sales')).toMatchObject({ state: kept })
  })

  test('stream error 515 is followed at once', async () => {
    const { emulator, connect } = linked
    const { states, reaches } = connect()
    await reaches('online')
    emulator.streamError(515)
    await expect.poll(() => states.length, { timeout: 20_000 }).toBe(3)
    await reaches('online')
    expect(states).toEqual(['online', 'connecting', 'online'])
  })

  test.each([429, 500, 503])('stream error %i waits, then comes back', async (code) => {
    const { emulator, connect } = linked
    const { states, clock, connection, reaches } = connect()
    await reaches('online')
    emulator.streamError(code)
    await reaches('waiting')
    const { state } = connection
    if (code === 429 && state.name === 'waiting') expect(state.inMs).toBeGreaterThanOrEqual(15_000)
    await clock.advance(60_000)
    await reaches('online')
    expect(states).toEqual(['online', 'waiting', 'connecting', 'online'])
  })

  test('the same session opened elsewhere stops it, and the other one stays', async () => {
    const { emulator, store, connect } = linked
    const { mkdtemp, rm } = await import('node:fs/promises')
    const { tmpdir } = await import('node:os')
    const { join } = await import('node:path')
    const { openStore } = await import('../../../src/store/index.ts')
    const folder = await mkdtemp(join(tmpdir(), 'paircode-copy-'))
    const other = await openStore('memory:')
    try {
      const first = connect()
      await first.reaches('online')
      await store.exportFolder('sales', join(folder, 'copy'))
      await other.importFolder(join(folder, 'copy'), 'copy')
      const second = connect({ store: other, session: 'copy' })
      await second.reaches('online')
      expect(await first.connection.stopped).toBe('replaced')
      expect(second.states).toEqual(['online'])
      await second.connection.close()
      expect(emulator.logins.at(-1)?.jid).toBe(linked.jid)
    } finally {
      await other.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('a server that is gone for a while is tried again and again, and can be closed meanwhile', async () => {
    const { emulator, connect } = linked
    emulator.disconnect({ at: 'handshake', times: 4 })
    const { states, clock, connection, reaches } = connect()
    for (let round = 0; round < 3; round += 1) {
      await reaches('waiting')
      await clock.advance(60_000)
      await expect.poll(() => states.length, { timeout: 20_000 }).toBeGreaterThan(round * 2 + 1)
    }
    await connection.close()
    expect(states.slice(0, 6)).toEqual(['waiting', 'connecting', 'waiting', 'connecting', 'waiting', 'connecting'])
    expect(states.at(-1)).toBe('stopped closed')
  })
})

test('unlinked on the phone: stops as logged-out, is archived, and a new start says so without a login', async () => {
  const own = await linkSession()
  try {
    const { connection, reaches } = own.connect()
    await reaches('online')
    await own.phone.unlink(own.jid)
    expect(await connection.stopped).toBe('logged-out')
    expect(await own.store.list({ archived: true })).toMatchObject([{ session: 'sales' }])
    const logins = own.emulator.logins.length
    expect(await own.connect().connection.stopped).toBe('logged-out')
    expect(own.emulator.logins).toHaveLength(logins)
  } finally {
    await own.stop()
  }
}, 60_000)

test('a session whose login was never seen stops as never-confirmed', async () => {
  const own = await linkSession()
  try {
    const { reaches, connection } = own.connect()
    await reaches('online')
    await connection.close()
    // As a process leaves it that dies between storing and its first login.
    const { internalsOf } = await import('../../../src/store/internals.ts')
    const { state } = await own.store.authState('sales')
    await own.store.remove('sales')
    await internalsOf(own.store).saveLinked({
      session: 'sales',
      deviceName: 'Acme',
      credentials: state.creds,
      preKeys: [],
      at: new Date(),
    })
    await own.phone.unlink(own.jid)
    expect(await own.connect().connection.stopped).toBe('never-confirmed')
  } finally {
    await own.stop()
  }
}, 60_000)
