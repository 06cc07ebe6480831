import { expect, test, vi } from 'vitest'
import { LinkError, type LinkEvent } from '../../src/index.ts'
import { createLinking, type LinkingHandle } from '../../src/session/linking.ts'

const EXPIRES = new Date(1_000_000)
const SESSION = { session: 'sales', jid: '12025550123:1@s.whatsapp.net', deviceName: 'Acme' }

function handle(
  options: { hasPhone?: boolean; now?: number } = {},
): LinkingHandle & { refresh: () => void; cancel: () => void } {
  const refresh = vi.fn()
  const cancel = vi.fn()
  const made = createLinking({ hasPhone: options.hasPhone ?? true, now: () => options.now ?? 0, refresh, cancel })
  return {
    linking: made.linking,
    tell: (event) => made.tell(event),
    succeed: (session) => made.succeed(session),
    fail: (error) => made.fail(error),
    refresh,
    cancel,
  }
}

async function collect(source: AsyncIterable<LinkEvent>): Promise<LinkEvent['type'][]> {
  const types: LinkEvent['type'][] = []
  for await (const event of source) types.push(event.type)
  return types
}

test('events before iteration are not lost, and every iteration hears them all', async () => {
  const { linking, tell, succeed } = handle()
  tell({ type: 'connecting' })
  const first = collect(linking)
  tell({ type: 'code', code: 'ABCD-EFGH', expiresAt: EXPIRES, number: 1 })
  tell({ type: 'online', jid: SESSION.jid })
  succeed(SESSION)
  expect(await first).toEqual(['connecting', 'code', 'online'])
  expect(await collect(linking)).toEqual(['connecting', 'code', 'online'])
  expect(await linking.result).toEqual(SESSION)
})

test('iteration ends with the failure and does not throw; the result rejects and needs no handler', async () => {
  const { linking, fail, tell } = handle()
  const error = new LinkError('network', 'gone')
  fail(error)
  tell({ type: 'connecting' })
  expect(await collect(linking)).toEqual(['failed'])
  expect(linking.state).toBe('failed')
  await expect(linking.result).rejects.toBe(error)
  await expect(linking.code()).rejects.toBe(error)
  await expect(linking.refresh()).rejects.toBe(error)
})

test('code() gives the live code, and waits for the next one when it is dead or too old', async () => {
  const live = handle({ now: 999_999 })
  live.tell({ type: 'code', code: 'ABCD-EFGH', expiresAt: EXPIRES, number: 1 })
  expect(await live.linking.code()).toEqual({ code: 'ABCD-EFGH', expiresAt: EXPIRES })
  live.tell({ type: 'confirming' })
  expect((await live.linking.code()).code).toBe('ABCD-EFGH')
  live.tell({ type: 'code-expired', reason: 'timeout', manual: false })
  const next = live.linking.code()
  live.tell({ type: 'code', code: 'JKLM-NPQR', expiresAt: EXPIRES, number: 2 })
  expect((await next).code).toBe('JKLM-NPQR')

  const old = handle({ now: 1_000_001 })
  old.tell({ type: 'code', code: 'ABCD-EFGH', expiresAt: EXPIRES, number: 1 })
  const waiting = old.linking.code()
  old.succeed(SESSION)
  await expect(waiting).rejects.toMatchObject({ code: 'session-exists' })
  await expect(old.linking.code()).rejects.toMatchObject({ code: 'session-exists' })
})

test('without a phone there is no code to wait for', async () => {
  await expect(handle({ hasPhone: false }).linking.code()).rejects.toMatchObject({ code: 'invalid-options' })
})

test('commands reach the attempt while it runs, and not afterwards', async () => {
  const { linking, refresh, cancel, fail } = handle()
  await linking.refresh()
  expect(refresh).toHaveBeenCalledTimes(1)
  const cancelled = linking.cancel()
  expect(cancel).toHaveBeenCalledTimes(1)
  fail(new LinkError('cancelled', 'the link was cancelled'))
  await cancelled
  await linking.cancel()
  expect(cancel).toHaveBeenCalledTimes(1)
})

test('the state follows the events', () => {
  const { linking, tell } = handle()
  const states: string[] = [linking.state]
  const events: LinkEvent[] = [
    { type: 'qr', data: 'https://wa.me/…', expiresAt: EXPIRES },
    { type: 'code', code: 'ABCD-EFGH', expiresAt: EXPIRES, number: 1 },
    { type: 'confirming' },
    { type: 'code-expired', reason: 'unanswered', manual: false },
    { type: 'retrying', attempt: 2, attempts: 3, inMs: 5_000, error: new LinkError('network', 'gone') },
    { type: 'paired', jid: SESSION.jid },
    { type: 'online', jid: SESSION.jid },
  ]
  for (const event of events) {
    tell(event)
    states.push(linking.state)
  }
  expect(states).toEqual(['connecting', 'code', 'code', 'confirming', 'connecting', 'retrying', 'paired', 'online'])
})
