// link() against a server that has the right keys and means harm: a named LinkError, a bounded list of events, nothing stored.
import { randomBytes } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createVirtualClock } from '../../../src/emulator/virtual-clock.ts'
import { LinkError, type LinkOptions, link } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { openStore } from '../../../src/store/index.ts'
import { type Node, node } from '../../../src/wire/nodes.ts'
import { retained } from '../../wire/retained.ts'
import { type Client, type Session, startTinyServer, type TinyServer } from '../../wire/tiny-server.ts'
import { NUMBER, type Watched, watch } from './stage.ts'

const MIB = 1024 * 1024
const SERVER = { from: '@s.whatsapp.net' }
/** The certificates of the tests' chains, made valid for whenever the test runs. */
const FOREVER = { notBefore: 0, notAfter: 4_000_000_000 }

interface Scene {
  readonly server: TinyServer
  readonly watched: Watched
  readonly clock: ReturnType<typeof createVirtualClock>
  /** The next connection, its handshake done. */
  accept(): Promise<{ readonly client: Client; readonly session: Session }>
  /** How it ended: the code of its error, with nothing stored and no connection left. */
  failed(): Promise<LinkError>
}

async function setScene(options: Partial<LinkOptions> = {}): Promise<Scene> {
  const server = await startTinyServer()
  const clock = createVirtualClock(systemClock)
  const store = await openStore('memory:', { clock })
  const linking = link({
    session: 'sales',
    store,
    clock,
    endpoint: server.endpoint,
    phone: NUMBER,
    retry: { attempts: 1 },
    maxCodes: 1,
    ...options,
  })
  const watched = watch(linking)
  onTestFinished(async () => {
    await linking.cancel()
    await store.close()
    clock.stop()
  })
  return {
    server,
    watched,
    clock,
    async accept() {
      const client = await server.client()
      const greeted = await client.greet({ leaf: FOREVER, intermediate: FOREVER })
      greeted.send()
      return { client, session: await greeted.finished() }
    },
    async failed() {
      const error = await linking.result.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (!(error instanceof LinkError)) throw new Error('it was linked, or failed with another error')
      expect(await watched.event('failed')).toMatchObject({ error })
      expect(await store.list()).toEqual([])
      await expect.poll(() => server.sockets).toBe(0)
      return error
    },
  }
}

const pairDevice = (refs: readonly (string | Uint8Array)[], id = '1'): Node =>
  node('iq', { ...SERVER, id, type: 'set', xmlns: 'md' }, [
    node(
      'pair-device',
      {},
      refs.map((ref) => node('ref', {}, ref)),
    ),
  ])
const SIX = Array.from({ length: 6 }, (_, at) => `2@ref${at}`)
const accepted = (id: string, ref: Uint8Array): Node =>
  node('iq', { ...SERVER, id, type: 'result' }, [
    node('link_code_companion_reg', { stage: 'companion_hello' }, [node('link_code_pairing_ref', {}, ref)]),
  ])
const linkCode = (id: string, stage: string, children: readonly Node[]): Node =>
  node('notification', { ...SERVER, id, type: 'link_code_companion_reg' }, [
    node('link_code_companion_reg', { stage }, children),
  ])
const primaryHello = (id: string, ref: Uint8Array): Node =>
  linkCode(id, 'primary_hello', [
    node('link_code_pairing_ref', {}, ref),
    node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, randomBytes(80)),
    node('primary_identity_pub', {}, randomBytes(32)),
  ])
const forgedSuccess = (id: string): Node =>
  node('iq', { ...SERVER, id, type: 'set' }, [
    node('pair-success', {}, [
      node('device-identity', {}, Buffer.from(`0a020a00${'1220'}${'00'.repeat(32)}`, 'hex')),
      node('device', { jid: '12025550123:1@s.whatsapp.net', lid: '1:1@lid' }),
    ]),
  ])

/** The next stanza of ours that fits; those before it are passed over. */
async function next(
  session: Session,
  fits: (stanza: { tag: string; attrs: Record<string, string> }) => boolean,
): Promise<string> {
  for (;;) {
    const stanza = await session.stanza()
    if (fits(stanza as never)) return stanza.attrs['id'] ?? ''
  }
}
const helloOf = (session: Session): Promise<string> =>
  next(session, ({ tag, attrs }) => tag === 'iq' && attrs['type'] === 'set')

describe('a server that floods a link', () => {
  it('with pair-device is given up after 5,000, and what is kept of them stays small', async () => {
    const scene = await setScene({ qr: true })
    const { session, client } = await scene.accept()
    const before = await retained()
    for (let sent = 0; sent < 5_001; sent += 250) {
      client.write(
        Buffer.concat(Array.from({ length: 250 }, (_, at) => session.sealed(pairDevice(SIX, `${sent + at}`)))),
      )
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await scene.failed()).toMatchObject({ code: 'network', retryable: true })
    expect(scene.watched.types().filter((type) => type === 'qr').length).toBeLessThanOrEqual(5_000)
    expect((await retained()) - before).toBeLessThan(24 * MIB)
  })

  it('with answers of phones takes three for a code and acks them all', async () => {
    const scene = await setScene()
    const { session } = await scene.accept()
    session.send(pairDevice(SIX))
    const ref = Buffer.from('the ref')
    session.send(accepted(await helloOf(session), ref))
    await scene.watched.event('code')
    for (let at = 1; at <= 300; at += 1) session.send(primaryHello(`hello${at}`, ref))
    await next(session, ({ tag, attrs }) => tag === 'ack' && attrs['id'] === 'hello300')
    expect(scene.watched.types().filter((type) => type === 'confirming')).toHaveLength(3)
  })

  it('with forged proofs ends at the first', async () => {
    const scene = await setScene()
    const { session } = await scene.accept()
    for (let at = 1; at <= 300; at += 1) session.send(forgedSuccess(`${at}`))
    expect(await scene.failed()).toMatchObject({ code: 'verification-failed', retryable: false })
  })
})

describe('a server that exaggerates', () => {
  it('with a ref of a megabyte: no picture is made of it, and the code is asked for all the same', async () => {
    const scene = await setScene({ qr: true })
    const { session } = await scene.accept()
    session.send(pairDevice([Buffer.alloc(MIB - 300, 'r'), '2@short']))
    session.send(accepted(await helloOf(session), Buffer.from('ref')))
    await scene.watched.event('code')
    const { data } = await scene.watched.event('qr')
    expect(data).toContain('2@short,')
    expect(scene.watched.types().filter((type) => type === 'qr')).toHaveLength(1)
  })

  it.each([
    ['no ref', new Uint8Array(0)],
    ['a ref of a megabyte', Buffer.alloc(MIB - 300, 'r')],
  ])('in its answer to a code, with %s: a server error, and no code is shown', async (_what, ref) => {
    const scene = await setScene()
    const { session } = await scene.accept()
    session.send(pairDevice(SIX))
    session.send(accepted(await helloOf(session), ref))
    expect(await scene.failed()).toMatchObject({ code: 'server-error' })
    expect(scene.watched.types()).not.toContain('code')
  })

  it('with a megabyte of words for a refusal: a short line of it is told', async () => {
    const scene = await setScene()
    const { session } = await scene.accept()
    session.send(node('failure', { reason: '403', message: 'Locked. '.repeat(100_000) }))
    const error = await scene.failed()
    expect(error).toMatchObject({ code: 'forbidden', status: 403 })
    expect(error.message.length).toBeLessThan(300)
  })

  it('with a wait of thirty years: it is told, and nothing waits for it', async () => {
    const scene = await setScene()
    const { session } = await scene.accept()
    session.send(pairDevice(SIX))
    const id = await helloOf(session)
    session.send(
      node('iq', { ...SERVER, id, type: 'error' }, [
        node('error', { code: '429', text: 'rate-overlimit', backoff: '999999999' }),
      ]),
    )
    expect(await scene.failed()).toMatchObject({ code: 'rate-limited', retryAfterMs: 999_999_999_000 })
  })
})

describe('a server that says everything at the wrong time', () => {
  it('changes nothing: the code comes when it is accepted, and not before', async () => {
    const scene = await setScene()
    const { session } = await scene.accept()
    const ref = Buffer.from('the ref')
    const nonsense = (id: string): readonly Node[] => [
      accepted(id, ref),
      accepted('17.4-1', ref),
      primaryHello(`${id}a`, ref),
      primaryHello(`${id}b`, Buffer.from('another ref')),
      linkCode(`${id}c`, 'refresh_code', [node('link_code_pairing_ref', {}, Buffer.from('another ref'))]),
      linkCode(`${id}d`, 'companion_finish', []),
      node('notification', { ...SERVER, id: `${id}e`, type: 'crsc_continuation' }, [
        node('primary_ephemeral_identity', {}, randomBytes(70)),
      ]),
      node('notification', { ...SERVER, id: `${id}f`, type: 'link_code_companion_reg' }),
      node('iq', { ...SERVER, id: `${id}g`, type: 'set' }, [node('pair-device-sign')]),
      node('iq', { ...SERVER, id: `${id}h`, type: 'set' }, [node('pair-device')]),
      node('success', { lid: '1:1@lid' }),
      node('ib', {}, [node('edge_routing', {}, [node('routing_info', {}, randomBytes(5_000))])]),
      node('ack', { id, class: 'notification' }),
      node('message', { id, from: '12025550188@s.whatsapp.net' }, [node('enc', {}, randomBytes(50))]),
    ]
    // The 'pair-device' without refs makes the connection ready: it is what comes before it that is too early.
    for (const each of nonsense('1').filter((one) => one.attrs['id'] !== '1h')) session.send(each)
    expect(scene.watched.types()).not.toContain('code')
    session.send(pairDevice(SIX))
    const id = await helloOf(session)
    for (const each of nonsense('2')) session.send(each)
    session.send(accepted(id, ref))
    const { code } = await scene.watched.event('code')
    for (const each of nonsense('3').filter((one) => one.attrs['id'] !== '3a')) session.send(each)
    await next(session, ({ tag, attrs }) => tag === 'ack' && attrs['id'] === '3f')
    expect(scene.watched.types()).toEqual(['connecting', 'code'])
    expect(await scene.watched.linking.code()).toMatchObject({ code })
  })

  it('and closes each connection after its handshake, is given up after the tries that were allowed', async () => {
    const scene = await setScene({ retry: { attempts: 3, delayMs: 5_000 } })
    const before = scene.clock.now()
    for (let tries = 1; tries <= 3; tries += 1) {
      const { client } = await scene.accept()
      client.close()
      if (tries < 3) await scene.clock.advance((await scene.watched.event('retrying', tries)).inMs)
    }
    expect(await scene.failed()).toMatchObject({ code: 'network', retryable: true })
    // 5 s, then 10 s; the rest is this machine's own time.
    expect(scene.clock.now() - before).toBeGreaterThanOrEqual(15_000)
    expect(scene.watched.types().filter((type) => type === 'connecting')).toHaveLength(3)
  })

  it('or never says that it is ready, is given up at the limit', async () => {
    const scene = await setScene()
    const { session } = await scene.accept()
    session.send(node('ib', {}, [node('dirty')]))
    await scene.clock.advance(20_000)
    expect(await scene.failed()).toMatchObject({ code: 'network', message: expect.stringContaining('20000 ms') })
  })
})
