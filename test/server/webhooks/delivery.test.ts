// Every event arrives at least once, in the order of its session, signed, whatever the receiver does.
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/store/index.ts'
import { fine, type Manner, startReceiver } from './receiver.ts'
import { type Scene, STORES, setScene } from './scene.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: 25_000, interval: 10 }).toBe(true)
}

/** Lets time go in steps until it holds; in small ones while an answer is awaited, so that only who hangs is cut off. */
async function later(scene: Scene, holds: () => boolean | Promise<boolean>, stepMs: number): Promise<void> {
  while (!(await holds())) {
    const isAwaited = scene.receiver.all.length > scene.told.filter((outcome) => outcome !== 'given-up').length
    scene.clock.jump(isAwaited ? 200 : stepMs)
    scene.webhooks.stirred()
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

const sessionsOf = ({ receiver }: Scene, session: string): readonly string[] =>
  receiver
    .first()
    .filter((received) => received.session === session)
    .map(({ type }) => type)

describe.each(Object.entries(STORES))('on %s', (_, storeUrl) => {
  test('an event arrives, verifiable, with the same id in headers and outbox', async () => {
    const scene = await setScene(storeUrl())
    await scene.tell('sales')
    await until(() => scene.receiver.all.length === 1)
    const [received] = scene.receiver.all
    if (received === undefined) throw new Error('nothing came')
    expect(scene.receiver.verify(received, scene.secret)).toEqual({
      type: 'session.online',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      data: { session: 'sales' },
    })
    expect(() => scene.receiver.verify(received, `whsec_${Buffer.alloc(32, 1).toString('base64')}`)).toThrow()
    expect(() => scene.receiver.verify({ ...received, raw: `${received.raw} ` }, scene.secret)).toThrow()
    await until(async () => (await scene.webhooks.endpoints.get(scene.endpoint.id))?.lastDeliveredAt !== 0)
    const [listed] = await scene.webhooks.deliveries.page(scene.endpoint.id, undefined, 10)
    expect(listed?.delivery).toMatchObject({ state: 'delivered', attempts: 1, event: { id: received.id } })
  })

  test('a receiver that fails, hangs and lies gets every event at least once, in the order of each session', {
    timeout: 120_000,
  }, async () => {
    const scene = await setScene(storeUrl())
    const bad: readonly Manner[] = [
      (res) => void res.writeHead(500).end('after it was processed'),
      (res) => void res.writeHead(302, { location: 'https://example.com/' }).end(),
      () => {}, // hangs until our limit
      (res) => void res.destroy(),
      (res) => {
        res.writeHead(200, { 'content-length': 100 })
        res.write('half', () => res.destroy())
      },
      (res) => void res.writeHead(429, { 'retry-after': '7' }).end(),
      (res) => void res.writeHead(404).end(),
    ]
    let calls = 0
    scene.receiver.behave((res, received) => {
      const manner = calls < 2 * bad.length ? bad[calls % bad.length] : fine
      calls += 1
      manner?.(res, received)
    })
    const types = ['link.started', 'link.code-shown', 'link.paired', 'session.online'] as const
    for (const type of types) for (const session of ['a', 'b', 'c']) await scene.tell(session, type)
    const delivered = (): number => scene.told.filter((outcome) => outcome === 'delivered').length
    await later(scene, () => delivered() >= 12, 20_000)
    for (const session of ['a', 'b', 'c']) expect(sessionsOf(scene, session)).toEqual(types)
    expect(new Set(scene.told)).toEqual(new Set(['delivered', 'refused', 'redirected', 'timed-out', 'unreachable']))
    // What came again came under its id, and only before the next of its session.
    for (const session of ['a', 'b', 'c']) {
      const order = scene.receiver.all
        .filter((one) => one.session === session)
        .map(({ type }) => types.indexOf(type as never))
      expect(order).toEqual([...order].sort((x, y) => x - y))
    }
  })

  test('a session that the receiver refuses holds its own later events, and no others', async () => {
    const scene = await setScene(storeUrl())
    scene.receiver.behave((res, { session }) => void res.writeHead(session === 'bad' ? 500 : 204).end())
    await scene.tell('bad', 'link.started')
    await scene.tell('bad', 'link.failed')
    for (let n = 0; n < 5; n += 1) await scene.tell(`good ${n}`)
    await until(() => new Set(scene.receiver.all.map(({ session }) => session)).size === 6)
    expect(sessionsOf(scene, 'bad')).toEqual(['link.started'])
    scene.receiver.behave(fine)
    await later(scene, () => sessionsOf(scene, 'bad').length === 2, 10_000)
  })

  test('what was under way when the server stopped goes on with the next one', async () => {
    const url = storeUrl()
    const scene = await setScene(url)
    scene.receiver.behave((res) => void res.writeHead(503).end())
    for (const type of ['link.started', 'link.paired'] as const) await scene.tell('sales', type)
    await until(() => scene.receiver.all.length >= 1)
    await scene.webhooks.close()
    await scene.tell('sales', 'session.online')
    scene.receiver.behave(fine)
    const store = url === 'memory:' ? scene.store : await openStore(url, { clock: scene.clock })
    const next = await scene.another(store)
    const stirring = { ...scene, webhooks: next }
    await later(stirring, () => sessionsOf(scene, 'sales').length === 3, 10_000)
    expect(sessionsOf(scene, 'sales')).toEqual(['link.started', 'link.paired', 'session.online'])
    await next.close()
    if (store !== scene.store) await store.close()
  })

  test('of two servers one delivers, and the other takes over', async () => {
    const scene = await setScene(storeUrl())
    await scene.another()
    for (let n = 0; n < 10; n += 1) await scene.tell('sales')
    await until(() => scene.receiver.first().length === 10)
    expect(scene.receiver.all).toHaveLength(10)
    await scene.webhooks.close()
    await scene.tell('sales', 'session.offline')
    await until(() => sessionsOf(scene, 'sales').at(-1) === 'session.offline')
    expect(scene.receiver.all).toHaveLength(11)
  })

  test('after 3 days of failure the receiver is parked; resumed, it hears what it missed, in order', {
    timeout: 120_000,
  }, async () => {
    const scene = await setScene(storeUrl())
    scene.receiver.behave((res) => void res.writeHead(500).end())
    await scene.tell('sales', 'link.started')
    const parked = async (): Promise<boolean> =>
      (await scene.webhooks.endpoints.get(scene.endpoint.id))?.parked?.reason === 'silent'
    const begun = scene.clock.now()
    await later(scene, parked, 2 * HOUR)
    expect(scene.clock.now() - begun).toBeGreaterThanOrEqual(3 * DAY)
    expect(scene.receiver.all.length).toBeGreaterThan(10)
    expect((await scene.webhooks.counted()).get('parked')).toBe(1)
    await scene.tell('sales', 'link.paired')
    const before = scene.receiver.all.length
    await later(scene, () => scene.clock.now() - begun > 3.5 * DAY, 2 * HOUR)
    expect(scene.receiver.all.length).toBe(before)
    scene.receiver.behave(fine)
    await scene.webhooks.resume(scene.endpoint.id)
    await until(() => sessionsOf(scene, 'sales').length === 2)
    expect(sessionsOf(scene, 'sales')).toEqual(['link.started', 'link.paired'])
    expect((await scene.webhooks.endpoints.get(scene.endpoint.id))?.parked).toBeUndefined()
  })

  test('an event that is refused for 3 days while others arrive is given up, and the next of its session comes', {
    timeout: 120_000,
  }, async () => {
    const scene = await setScene(storeUrl())
    scene.receiver.behave((res, { type }) => void res.writeHead(type === 'link.failed' ? 400 : 204).end())
    await scene.tell('sales', 'link.failed')
    await scene.tell('sales', 'link.started')
    await until(() => scene.receiver.all.length >= 1)
    scene.clock.jump(HOUR)
    await scene.tell('other')
    await until(() => scene.told.filter((outcome) => outcome === 'delivered').length === 1)
    await later(scene, () => scene.told.includes('given-up'), 2 * HOUR)
    await until(() => sessionsOf(scene, 'sales').length === 2)
    expect((await scene.webhooks.endpoints.get(scene.endpoint.id))?.parked).toBeUndefined()
  })
})

test('a receiver that answers 410 is parked at once', async () => {
  const scene = await setScene()
  scene.receiver.behave((res) => void res.writeHead(410).end())
  await scene.tell('sales')
  await until(async () => (await scene.webhooks.endpoints.get(scene.endpoint.id))?.parked?.reason === 'gone')
  expect(scene.receiver.all).toHaveLength(1)
})

test('while a secret is replaced both sign; after that the new one alone', async () => {
  const scene = await setScene()
  const rotated = await scene.webhooks.endpoints.rotate(scene.endpoint.id, HOUR)
  if (rotated === undefined) throw new Error('not rotated')
  await scene.tell('sales')
  await until(() => scene.receiver.all.length === 1)
  const [first] = scene.receiver.all
  if (first === undefined) throw new Error('nothing came')
  expect(String(first.headers['webhook-signature']).split(' ')).toHaveLength(2)
  scene.receiver.verify(first, scene.secret)
  scene.receiver.verify(first, rotated.secret)
  // Else the jump would be the end of the answer's time.
  await until(() => scene.told.includes('delivered'))
  scene.clock.jump(HOUR + 1)
  await scene.tell('sales')
  await until(() => scene.receiver.all.length === 2)
  const [, second] = scene.receiver.all
  expect(String(second?.headers['webhook-signature']).split(' ')).toHaveLength(1)
  const { secrets } = (await scene.webhooks.endpoints.rotate(scene.endpoint.id, 0))?.endpoint ?? { secrets: [] }
  expect(secrets).toHaveLength(1)
})

test('a replay brings events again under their ids: one, or all since a time, in order', async () => {
  const scene = await setScene()
  for (const type of ['link.started', 'link.paired', 'session.online'] as const) await scene.tell('sales', type)
  await until(() => scene.receiver.all.length === 3)
  const [, second] = scene.receiver.all
  const { deliveries, endpoints } = scene.webhooks
  await until(async () => (await deliveries.get(scene.endpoint.id, second?.id ?? ''))?.state === 'delivered')
  expect(await deliveries.again(scene.endpoint.id, second?.id ?? '')).toBe(1)
  await endpoints.touch(scene.endpoint.id)
  scene.webhooks.stirred()
  await until(() => scene.receiver.all.length === 4)
  expect(scene.receiver.all[3]?.id).toBe(second?.id)
  expect(await deliveries.again(scene.endpoint.id, 'msg_nothing')).toBe(0)
  // A receiver of today hears of what was before it.
  const late = await startReceiver()
  const { endpoint } = await scene.add(late.url, ['link.paired', 'session.online'])
  await until(async () => (await endpoints.get(endpoint.id)) !== undefined)
  expect(await deliveries.againSince(endpoint, scene.clock.now() - HOUR)).toBe(2)
  await endpoints.touch(endpoint.id)
  scene.webhooks.stirred()
  await until(() => late.all.length === 2)
  expect(late.all.map(({ type }) => type)).toEqual(['link.paired', 'session.online'])
})

test('a receiver hears only of what it asked for, and of nothing after it was removed', async () => {
  const scene = await setScene()
  const choosy = await startReceiver()
  const { endpoint } = await scene.add(choosy.url, ['session.offline'])
  await scene.tell('sales', 'session.online')
  await scene.tell('sales', 'session.offline')
  await until(() => choosy.all.length === 1 && scene.receiver.all.length === 2)
  expect(choosy.all[0]?.type).toBe('session.offline')
  expect(await scene.webhooks.drop(endpoint.id)).toBe(true)
  expect(await scene.webhooks.drop(endpoint.id)).toBe(false)
  await scene.tell('sales', 'session.offline')
  await until(() => scene.receiver.all.length === 3)
  expect(choosy.all).toHaveLength(1)
})

test('events are numbered on when all old ones are forgotten', async () => {
  const scene = await setScene(STORES.sqlite())
  for (let n = 0; n < 3; n += 1) await scene.tell('sales')
  await until(() => scene.receiver.all.length === 3)
  scene.clock.jump(8 * DAY)
  await scene.tell('other') // sweeps
  await until(() => scene.receiver.all.length === 4)
  scene.clock.jump(8 * DAY)
  await scene.tell('third')
  await until(() => scene.receiver.all.length === 5)
  expect(await scene.webhooks.deliveries.page(scene.endpoint.id, undefined, 10)).toHaveLength(1)
})

test('a receiver that hangs leaves room for the others', async () => {
  const scene = await setScene()
  scene.receiver.behave(() => {})
  const quick = await startReceiver()
  await scene.add(quick.url)
  for (let n = 0; n < 40; n += 1) await scene.tell(`session ${n}`)
  await until(() => quick.all.length === 40)
  expect(scene.receiver.all.length).toBeLessThanOrEqual(4)
})
