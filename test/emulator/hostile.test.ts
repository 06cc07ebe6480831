// The emulator outlives whatever a client does: after each of these a companion is still served.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { type Emulator, startEmulator } from '../../src/emulator/index.ts'
import { NOISE_HEADER } from '../../src/wire/frames.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { nested } from '../wire/nested.ts'
import { someStanza } from '../wire/stanzas.ts'
import { framed } from '../wire/tiny-server.ts'
import { openRaw, openRegistration, sendHello } from './raw-companion.ts'

const NUMBER = '12025550123'

async function started(): Promise<Emulator> {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.stop())
  emulator.addPhone(NUMBER)
  return emulator
}

/** A companion gets its refs and a code is accepted. */
async function expectServing(emulator: Emulator): Promise<void> {
  const raw = await openRegistration(emulator)
  expect(raw.refs).toHaveLength(6)
  expect((await sendHello(raw, '12345678', NUMBER)).ref?.length).toBeGreaterThan(0)
  raw.close()
  await raw.closed
}

/** Sends the bytes on TCP, waits for the end or for nothing more to come, and cuts. */
async function shout(emulator: Emulator, bytes: string | Uint8Array): Promise<void> {
  const socket = connect(Number(new URL(emulator.endpoint.url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  await new Promise((resolve) => socket.once('connect', resolve))
  await new Promise((resolve) => socket.write(bytes, resolve))
  socket.destroy()
}

/** Sends each as one WebSocket message; gives when the emulator has closed. */
async function say(emulator: Emulator, messages: readonly (string | Uint8Array)[]): Promise<void> {
  const socket = new WebSocket(emulator.endpoint.url)
  onTestFinished(() => socket.terminate())
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  for (const message of messages) socket.send(message)
  await closed
}

describe('the emulator outlives', () => {
  it.each<[string, string | Uint8Array]>([
    ['random bytes', randomBytes(4_000)],
    ['half a request', 'GET /ws/chat HTTP/1.1\r\nUpgrade: webso'],
    ['a request for something else', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'an upgrade without a key',
      'GET /ws/chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    ],
    ['headers without an end', `GET /ws/chat HTTP/1.1\r\n${'X-More: and more\r\n'.repeat(5_000)}`],
  ])('%s on TCP', async (_what, bytes) => {
    const emulator = await started()
    await shout(emulator, bytes)
    await expectServing(emulator)
  })

  const introduced = (payload: Uint8Array): Uint8Array => Buffer.concat([NOISE_HEADER, framed(payload)])

  it.each<[string, readonly (string | Uint8Array)[]]>([
    ['text', ['hello']],
    ['another header', [Buffer.from('GET / HTTP/1.1')]],
    ['routing info without an end', [Buffer.from('45440001ffffff', 'hex')]],
    ['a hello that is none', [introduced(randomBytes(60))]],
    ['an empty hello', [introduced(new Uint8Array(0))]],
    ['a hello with a key of zeros', [introduced(Buffer.concat([Buffer.from('12220a20', 'hex'), Buffer.alloc(32)]))]],
    ['a hello with a short key', [introduced(Buffer.from('12040a020102', 'hex'))]],
    ['a frame that is too long', [NOISE_HEADER, Buffer.from('ffffff', 'hex')]],
    [
      'a hello and then junk',
      [introduced(Buffer.concat([Buffer.from('12220a20', 'hex'), randomBytes(32)])), framed(randomBytes(300))],
    ],
    ['a message of 17 MiB', [Buffer.alloc(17 * 1024 * 1024)]],
  ])('%s on a WebSocket', async (_what, messages) => {
    const emulator = await started()
    await say(emulator, messages)
    await expectServing(emulator)
  })

  it('a hello that is none, of which it finds out after a delay', async () => {
    const emulator = await started()
    emulator.hold({ at: 'handshake', ms: 50 })
    const said = say(emulator, [introduced(randomBytes(60))])
    await expect.poll(() => emulator.stanzas.length).toBe(0)
    await emulator.advance(50)
    await said
    await expectServing(emulator)
  })

  it.each<[string, Uint8Array]>([
    ['200,000 stanzas in one another', nested(200_000)],
    ['a compressed stanza of 64 MiB', Buffer.concat([Buffer.of(2), deflateSync(Buffer.alloc(64 * 1024 * 1024))])],
    ['nothing', new Uint8Array(0)],
    ['random bytes', randomBytes(500)],
  ])('%s after the handshake', async (_what, plaintext) => {
    const emulator = await started()
    const raw = await openRegistration(emulator)
    raw.sendPlain(plaintext)
    await raw.closed
    await expectServing(emulator)
  })

  it('stanzas of a client that has lost its way, before and after it asked for a code', {
    timeout: 60_000,
  }, async () => {
    const emulator = await started()
    const attempts = fc.sample(fc.array(someStanza, { minLength: 10, maxLength: 10 }), { numRuns: 30, seed: 7 })
    for (const [at, stanzas] of attempts.entries()) {
      const raw = await openRegistration(emulator)
      if (at % 2 === 1) await sendHello(raw, '12345678', NUMBER)
      for (const each of stanzas) raw.send(each)
      for (const each of misled) raw.send(each)
      raw.close()
      await raw.closed
      await emulator.advance(600_000)
    }
    await expectServing(emulator)
  })

  it('a login of a device that nobody has, and one of no account', async () => {
    const emulator = await started()
    for (const login of [`${NUMBER}:77@s.whatsapp.net`, '99999999999:1@s.whatsapp.net']) {
      const raw = await openRaw(emulator, { login })
      await raw.closed
    }
    await expectServing(emulator)
  })
})

const linkCode = (stage: string, children: readonly Node[] = []): Node =>
  node('iq', { id: stage, type: 'set', to: 's.whatsapp.net', xmlns: 'md' }, [
    node('link_code_companion_reg', { stage, jid: `${NUMBER}@s.whatsapp.net` }, children),
  ])

/** Right words at the wrong time, with parts missing, too short and too long. */
const misled: readonly Node[] = [
  linkCode('companion_finish'),
  linkCode('companion_finish', [
    node('link_code_pairing_wrapped_key_bundle', {}, randomBytes(156)),
    node('companion_identity_public', {}, randomBytes(3)),
    node('link_code_pairing_ref', {}, randomBytes(10_000)),
  ]),
  linkCode('companion_hello'),
  linkCode('no_such_stage'),
  node('iq', { id: 'x', type: 'result', from: 's.whatsapp.net' }, [
    node('pair-device-sign', {}, [node('device-identity', {}, randomBytes(99))]),
  ]),
  node('iq', { id: 'x', type: 'set', xmlns: 'encrypt' }, [
    node('list', {}, [node('key', {}, [node('id', {}, randomBytes(9))])]),
  ]),
  node('iq', { type: 'get' }),
  node('ack', { class: 'notification', id: 'x' }),
  node('message', { id: 'm', to: 'nobody' }, [node('enc', { type: 'msg' }, randomBytes(20))]),
  node('iq', { id: 'p', type: 'set', xmlns: 'md' }, [
    node('passkey_prologue', {}, [node('credential_id', {}, randomBytes(4))]),
  ]),
]
