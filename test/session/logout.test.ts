// logout() in each state, and whatever WhatsApp answers.
import { describe, expect, test } from 'vitest'
import { type Kept, keep, until } from './kept-online.ts'

async function online(kept: Kept): Promise<Kept> {
  await until(() => kept.sockets.count === 1)
  kept.sockets.current.open()
  return kept
}

const asked = ({ sockets }: Kept) => until(() => sockets.count > 0 && sockets.current.queries.length === 1)

describe('logout', () => {
  test('while online: asks WhatsApp, waits for the answer, then removes the session', async () => {
    const kept = await online(await keep())
    const { connection, store, sockets, clock } = kept
    let isDone = false
    const left = connection.logout().then(() => {
      isDone = true
    })
    await asked(kept)
    expect(sockets.current.queries[0]?.node).toMatchObject({
      attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'md' },
      content: [
        {
          tag: 'remove-companion-device',
          attrs: { jid: '12025550123:7@s.whatsapp.net', reason: 'user_initiated' },
        },
      ],
    })
    expect(isDone).toBe(false)
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
    sockets.current.queries[0]?.resolve({ tag: 'iq', attrs: { type: 'result' } })
    await left
    expect(await store.get('sales')).toBeUndefined()
    // Whoever restores it is to know that WhatsApp does not take it any more.
    expect(await store.list({ archived: true })).toMatchObject([{ session: 'sales', state: 'logged-out' }])
    expect(await connection.stopped).toBe('logged-out')
    expect(sockets.current.isEnded).toBe(true)
    expect(clock.waiting).toBe(0)
  })

  test('asked twice is one log-out, and asked again afterwards does nothing', async () => {
    const kept = await online(await keep())
    const both = Promise.all([kept.connection.logout(), kept.connection.logout()])
    await asked(kept)
    kept.sockets.current.queries[0]?.resolve({ tag: 'iq', attrs: { type: 'result' } })
    await both
    expect(kept.sockets.current.queries).toHaveLength(1)
    await kept.connection.logout()
    expect(kept.sockets.count).toBe(1)
  })

  test.each([
    ['before its first socket', async () => {}],
    ['while it connects', ({ sockets }: Kept) => until(() => sockets.count === 1)],
  ])('%s: comes online first', async (_, reach) => {
    const kept = await keep()
    await reach(kept)
    const left = kept.connection.logout()
    await online(kept)
    await asked(kept)
    kept.sockets.current.queries[0]?.resolve({ tag: 'iq', attrs: { type: 'result' } })
    await left
    expect(await kept.store.get('sales')).toBeUndefined()
  })

  test('while it waits: comes online at once instead', async () => {
    const kept = await keep()
    const { sockets, connection, states } = kept
    await until(() => sockets.count === 1)
    sockets.current.close()
    await until(() => connection.state.name === 'waiting')
    const left = connection.logout()
    await until(() => sockets.count === 2)
    sockets.current.open()
    await asked(kept)
    sockets.current.queries[0]?.resolve({ tag: 'iq', attrs: { type: 'result' } })
    await left
    expect(states).toEqual(['waiting 1000', 'connecting', 'online', 'stopped logged-out'])
    expect(kept.clock.waiting).toBe(0)
  })

  test('succeeds when WhatsApp closes because the device is gone, instead of answering', async () => {
    const kept = await online(await keep())
    const left = kept.connection.logout()
    await asked(kept)
    kept.sockets.current.streamError({ code: '401' }, [{ tag: 'conflict', attrs: { type: 'device_removed' } }])
    await left
    expect(await kept.store.get('sales')).toBeUndefined()
    expect(await kept.connection.stopped).toBe('logged-out')
  })

  test('lost with its connection: the next login asks again, or tells that it is done', async () => {
    for (const known of [true, false]) {
      const kept = await online(await keep())
      const { sockets, connection, store } = kept
      const left = connection.logout()
      await asked(kept)
      sockets.current.queries[0]?.reject(new Error('Connection Closed'))
      sockets.current.close()
      await until(() => sockets.count === 2)
      if (known) {
        sockets.current.open()
        await asked(kept)
        sockets.current.queries[0]?.resolve({ tag: 'iq', attrs: { type: 'result' } })
      } else sockets.current.failure({ reason: '401' })
      await left
      expect(await store.get('sales')).toBeUndefined()
    }
  })

  test('without an answer fails after 30 s; the session stays, online, and may be asked again', async () => {
    const kept = await online(await keep())
    const { connection, clock, store, sockets } = kept
    const left = connection.logout()
    left.catch(() => {})
    await asked(kept)
    clock.advance(30_000)
    await expect(left).rejects.toMatchObject({ code: 'network', message: expect.stringContaining('30000 ms') })
    expect(connection.state.name).toBe('online')
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
    expect(clock.waiting).toBe(0)
    const again = connection.logout()
    await until(() => sockets.current.queries.length === 2)
    sockets.current.queries[1]?.resolve({ tag: 'iq', attrs: { type: 'result' } })
    await again
  })

  test('fails after a minute that did not bring it online; the session goes on trying', async () => {
    const kept = await keep()
    await until(() => kept.sockets.count === 1)
    const left = kept.connection.logout()
    left.catch(() => {})
    kept.clock.advance(60_000)
    await expect(left).rejects.toMatchObject({ code: 'network', message: expect.stringContaining('60000 ms') })
    expect(kept.connection.state.name).toBe('connecting')
    await kept.connection.close()
    expect(kept.clock.waiting).toBe(0)
  })

  test('that WhatsApp refuses fails with its number; the session stays', async () => {
    const kept = await online(await keep())
    const left = kept.connection.logout()
    await asked(kept)
    kept.sockets.current.queries[0]?.reject(Object.assign(new Error('not-allowed'), { data: 405 }))
    await expect(left).rejects.toMatchObject({ code: 'rejected', status: 405 })
    expect(kept.connection.state.name).toBe('online')
    expect(await kept.store.get('sales')).toMatchObject({ state: 'linked' })
  })

  test('fails when it is closed meanwhile', async () => {
    const kept = await online(await keep())
    const left = kept.connection.logout()
    left.catch(() => {})
    await kept.connection.close()
    await expect(left).rejects.toMatchObject({ code: 'network' })
    await expect(kept.connection.logout()).rejects.toMatchObject({ code: 'network' })
    expect(await kept.store.get('sales')).toMatchObject({ state: 'linked' })
  })

  test('of a session that WhatsApp let go of removes what is stored', async () => {
    const { connection, sockets, store } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.failure({ reason: '401' })
    await connection.stopped
    expect(await store.get('sales')).toMatchObject({ state: 'logged-out' })
    await connection.logout()
    expect(await store.get('sales')).toBeUndefined()
    await connection.logout()
  })

  test.each([
    ['402', 'forbidden'],
    ['405', 'outdated-version'],
    ['409', 'rejected'],
  ])('of a session that stopped with %s says why it cannot be', async (reason, code) => {
    const { connection, sockets, store } = await keep()
    await until(() => sockets.count === 1)
    sockets.current.failure({ reason })
    await connection.stopped
    await expect(connection.logout()).rejects.toMatchObject({ code })
    expect(await store.get('sales')).toMatchObject({ state: 'linked' })
  })
})
