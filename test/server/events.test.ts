// Server-sent events: every event once, in order, also for those who come back; heartbeats; slow readers; many readers.
import { expect, test } from 'vitest'
import { createVirtualClock } from '../../src/emulator/virtual-clock.ts'
import { LinkError } from '../../src/errors.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { eventStream } from '../../src/server/links/event-stream.ts'
import type { KnownLink, Links } from '../../src/server/links/links.ts'
import type { LiveLink } from '../../src/server/links/live-link.ts'
import type { NumberedEvent } from '../../src/server/links/told-event.ts'
import { call as callAt, eventually, NUMBER, OPERATOR_TOKEN, setStage } from './stage.ts'

interface Frame {
  readonly id: string
  readonly event: string
  readonly data: { readonly type: string }
}

function framesOf(text: string): readonly Frame[] {
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('id: '))
    .map((frame) => {
      const [id = '', event = '', data = ''] = frame.split('\n').map((line) => line.replace(/^[a-z]+: /, ''))
      return { id, event, data: JSON.parse(data) }
    })
}

/** Reads a stream until `enough`, then hangs up. */
async function readUntil(url: string, path: string, enough: (text: string) => boolean, headers = {}): Promise<string> {
  const aborter = new AbortController()
  const response = await fetch(url + path, {
    signal: aborter.signal,
    headers: { Authorization: `Bearer ${OPERATOR_TOKEN}`, ...headers },
  })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (enough(text)) break
  }
  aborter.abort()
  return text
}

test('every event of a link once, in order, and the end of the stream; who has read all gets 204', async () => {
  const { call, url, phone } = await setStage()
  const { body } = await call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })
  const path = `/v1/links/${body.id}/events`
  const reading = callAt(url, 'GET', path)
  await phone.enterCode(body.code)
  const answer = await reading
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const frames = framesOf(answer.text)
  expect(frames.map(({ event }) => event)).toEqual(['connecting', 'code', 'confirming', 'paired', 'online'])
  expect(frames.map(({ data }) => data.type)).toEqual(frames.map(({ event }) => event))
  expect(frames.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5'])
  expect((await call('GET', path, { headers: { 'Last-Event-ID': '5' } })).status).toBe(204)
})

test('who comes back with Last-Event-ID misses nothing and hears nothing twice, also after the end', async () => {
  const { call, url, phone } = await setStage()
  const { body } = await call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })
  const path = `/v1/links/${body.id}/events`
  const first = framesOf(await readUntil(url, path, (text) => text.includes('event: code')))
  const last = first.at(-1)?.id ?? ''
  const second = callAt(url, 'GET', path, { headers: { 'Last-Event-ID': last } })
  await phone.enterCode(body.code)
  const rest = framesOf((await second).text)
  expect([...first, ...rest].map(({ event }) => event)).toEqual([
    'connecting',
    'code',
    'confirming',
    'paired',
    'online',
  ])
  await eventually(
    () => call('GET', path),
    ({ text }) => text.includes('"code":null'),
  )
  const late = framesOf((await call('GET', path, { headers: { 'Last-Event-ID': last } })).text)
  expect(late).toEqual(rest)
})

test('an id that is none is refused', async () => {
  const { call } = await setStage()
  const { body } = await call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })
  for (const id of ['x', '-1', '1.5', '9'.repeat(30)])
    expect((await call('GET', `/v1/links/${body.id}/events`, { headers: { 'Last-Event-ID': id } })).status).toBe(400)
})

test('from another server on the same store the events are the same', async () => {
  const { call, another, clock, phone } = await setStage()
  const { url } = await another()
  const { body } = await call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })
  let over = false
  const reading = callAt(url, 'GET', `/v1/links/${body.id}/events`).finally(() => {
    over = true
  })
  await phone.enterCode(body.code)
  await eventually(
    () => clock.advance(1_000),
    () => over,
  )
  expect(framesOf((await reading).text).map(({ event }) => event)).toEqual([
    'connecting',
    'code',
    'confirming',
    'paired',
    'online',
  ])
})

test('a token that is revoked while its stream is open: the stream ends at the next heartbeat, by name', async () => {
  const { call, clock, tokens, url } = await setStage()
  const { info, token } = await tokens.create({ name: 'shop', scopes: ['links'] })
  const { body } = await call('POST', '/v1/links', { token, body: { session: 'sales', phone: NUMBER } })
  let over = false
  const reading = callAt(url, 'GET', `/v1/links/${body.id}/events`, { token }).finally(() => {
    over = true
  })
  const metrics = (): Promise<string> => call('GET', '/metrics').then(({ text }) => text)
  await eventually(metrics, (text) => /^paircode_event_streams 1$/m.test(text))
  await clock.advance(15_000)
  expect(over).toBe(false)
  await tokens.revoke(info.id)
  await eventually(
    () => clock.advance(15_000),
    () => over,
  )
  const { text } = await reading
  expect(text).toMatch(/event: cut\ndata: {"type":"urn:paircode:error:unauthenticated"}\n\n$/)
  expect(await metrics()).toMatch(/^paircode_event_streams 0$/m)
  expect((await call('GET', `/v1/links/${body.id}`)).body.state).toBe('code')
})

test('HEAD tells that there is a stream, and opens none', async () => {
  const { call } = await setStage()
  const { body } = await call('POST', '/v1/links', { body: { session: 'sales', phone: NUMBER } })
  const answer = await call('HEAD', `/v1/links/${body.id}/events`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  expect((await call('GET', '/metrics')).text).toMatch(/^paircode_event_streams 0$/m)
})

// ---- the stream by itself ----------------------------------------------------------------------

interface Played {
  readonly known: KnownLink
  readonly listeners: Set<(event: NumberedEvent) => void>
  tell(event: NumberedEvent): void
}

function played(): Played {
  const listeners = new Set<(event: NumberedEvent) => void>()
  const events: NumberedEvent[] = []
  const record = { id: 'x', session: 's', phone: null, node: 'n', owner: 'operator', createdAt: 0 }
  const live: LiveLink = {
    record,
    events,
    answered: new Promise(() => {}),
    over: new Promise(() => {}),
    error: undefined,
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh: () => Promise.reject(new LinkError('expired', 'not here')),
    answerPasskey: () => Promise.reject(new LinkError('passkey-required', 'not here')),
    confirm: () => Promise.reject(new LinkError('passkey-required', 'not here')),
    end: async () => {},
  }
  return {
    known: { record, events, live },
    listeners,
    tell(event) {
      events.push(event)
      for (const listener of listeners) listener(event)
    },
  }
}

test('a heartbeat every 15 s; a reader who takes nothing for a minute is cut, by name', async () => {
  const clock = createVirtualClock(systemClock)
  const { known, listeners, tell } = played()
  let slow = 0
  let ended = 0
  const stream = eventStream({
    links: {} as Links,
    link: known,
    after: 0,
    sight: { codes: true, passkeys: false },
    mayReadOn: async () => true,
    clock,
    onSlow: () => slow++,
    onEnd: () => ended++,
  })
  tell({ number: 1, event: { type: 'connecting' } })
  expect(listeners.size).toBe(1)
  await clock.advance(90_000)
  expect([slow, ended, listeners.size]).toEqual([1, 1, 0])
  const text = await new Response(stream).text()
  expect(text).toMatch(/^retry: 2000\n\nid: 1\nevent: connecting\n/)
  expect(text).toContain(': here\n\n')
  expect(text).toMatch(/event: cut\ndata: {"type":"urn:paircode:error:slow-reader"}\n\n$/)
  clock.stop()
})

test('a reader who does not read at all fills no memory: after 256 frames it is cut', async () => {
  const clock = createVirtualClock(systemClock)
  const { known, listeners, tell } = played()
  let slow = 0
  eventStream({
    links: {} as Links,
    link: known,
    after: 0,
    sight: { codes: true, passkeys: false },
    mayReadOn: async () => true,
    clock,
    onSlow: () => slow++,
    onEnd: () => {},
  })
  for (let number = 1; number <= 1_000; number++) tell({ number, event: { type: 'connecting' } })
  expect([slow, listeners.size]).toEqual([1, 0])
  clock.stop()
})

test('a thousand listeners each hear each event, and leave nothing behind', async () => {
  const clock = createVirtualClock(systemClock)
  const plays = Array.from({ length: 1_000 }, played)
  let open = 0
  const texts = plays.map(({ known }) => {
    open += 1
    const stream = eventStream({
      links: {} as Links,
      link: known,
      after: 0,
      sight: { codes: false, passkeys: false },
      mayReadOn: async () => true,
      clock,
      onSlow: () => {},
      onEnd: () => {
        open -= 1
      },
    })
    return new Response(stream).text()
  })
  for (const { tell } of plays) {
    tell({ number: 1, event: { type: 'code', code: 'ABCD-EFGH', expiresAt: '2026-01-01T00:00:00Z', number: 1 } })
    tell({ number: 2, event: { type: 'online', jid: 'x' } })
  }
  const heard = await Promise.all(texts)
  expect(heard.every((text) => text.includes('event: code') && text.includes('event: online'))).toBe(true)
  expect(heard.some((text) => text.includes('ABCD'))).toBe(false)
  expect(open).toBe(0)
  clock.stop()
})
