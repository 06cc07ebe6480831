// What an attempt holds of its account: the note of its live code, and its slots (contract: "One live code per account").
import { describe, expect, it, onTestFinished } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { createAccountHold } from '../../src/linking/account-hold.ts'
import type { StoreInternals } from '../../src/store/contract.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { openStore } from '../../src/store/open.ts'

const ACCOUNT = '12025550123'
const NOW = 1_780_000_000_000
const refused = (code: 'rejected' | 'rate-limited', status: number, retryAfterMs?: number) =>
  new LinkError(code, 'refused', { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })

async function setUp() {
  let now = NOW
  const clock = {
    now: () => now,
    setTimeout: (run: () => void, ms: number) => setTimeout(run, ms),
    clearTimeout: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
  }
  const store = await openStore('memory:', { clock })
  onTestFinished(() => store.close())
  const internals: StoreInternals = internalsOf(store)
  const hold = () => createAccountHold({ store: internals, accountKey: ACCOUNT, clock, onLost: () => {} })
  const remaining = async () => (await internals.limits.peek(ACCOUNT, now)).remaining
  const pass = (ms: number): void => {
    now += ms
  }
  return { hold, remaining, pass }
}

describe('reserving', () => {
  it('takes one of three slots, and the next code of the same attempt another', async () => {
    const { hold, remaining } = await setUp()
    const mine = hold()
    expect(await remaining()).toBe(3)
    for (const left of [2, 1, 0]) {
      expect(await mine.reserve()).toBeUndefined()
      expect(await remaining()).toBe(left)
    }
    expect(await mine.reserve()).toMatchObject({ code: 'rate-limited', retryAfterMs: 600_000 })
    await mine.end('keep', new LinkError('cancelled', 'x'))
  })

  it('while another holds the note is code-outstanding, and takes no slot', async () => {
    const { hold, remaining } = await setUp()
    const [mine, other] = [hold(), hold()]
    await mine.reserve()
    expect(await other.reserve()).toMatchObject({ code: 'code-outstanding', retryable: true })
    expect(await remaining()).toBe(2)
    await mine.release()
    expect(await other.reserve()).toBeUndefined()
    await other.release()
  })

  it('that is refused for the limit leaves no note behind', async () => {
    const { hold } = await setUp()
    const mine = hold()
    for (let code = 0; code < 3; code += 1) await mine.reserve()
    await mine.reserve()
    expect(await hold().reserve()).toMatchObject({ code: 'rate-limited' })
  })

  it('after the end is refused, and leaves no note behind', async () => {
    const { hold, remaining } = await setUp()
    const mine = hold()
    await mine.end('keep', new LinkError('cancelled', 'x'))
    expect(await mine.reserve()).toMatchObject({ code: 'cancelled' })
    expect(await remaining()).toBe(3)
    const other = hold()
    expect(await other.reserve()).toBeUndefined()
    await other.release()
  })
})

describe('the end of an attempt', () => {
  it('gives the last slot back, and drops the note', async () => {
    const { hold, remaining } = await setUp()
    const mine = hold()
    await mine.reserve()
    const error = new LinkError('forbidden', 'x', { status: 403 })
    expect(await mine.end('give-back', error)).toBe(error)
    expect(await remaining()).toBe(3)
    const other = hold()
    expect(await other.reserve()).toBeUndefined()
    await other.release()
  })

  it('keeps the slot spent', async () => {
    const { hold, remaining } = await setUp()
    const mine = hold()
    await mine.reserve()
    await mine.end('keep', new LinkError('expired', 'x'))
    expect(await remaining()).toBe(2)
  })

  it('by 400 or 429 makes the account wait: 60 s, doubled each time, told in the error', async () => {
    const { hold, pass } = await setUp()
    for (const [error, wait] of [
      [refused('rejected', 400), 60_000],
      [refused('rate-limited', 429), 120_000],
      [refused('rate-limited', 429), 240_000],
    ] as const) {
      const mine = hold()
      expect(await mine.reserve()).toBeUndefined()
      const told = await mine.end('cool-down', error)
      expect(told).toMatchObject({ code: error.code, status: error.status, retryAfterMs: wait, advice: error.advice })
      expect(await hold().reserve()).toMatchObject({ code: 'rate-limited', retryAfterMs: wait })
      pass(600_000)
    }
  })

  it('waits as long as WhatsApp said, when it said', async () => {
    const { hold } = await setUp()
    const mine = hold()
    await mine.reserve()
    expect(await mine.end('cool-down', refused('rate-limited', 429, 900_000))).toMatchObject({ retryAfterMs: 900_000 })
  })

  it('while a reservation is under way leaves neither note nor doubt', async () => {
    const { hold } = await setUp()
    const mine = hold()
    const reserving = mine.reserve()
    await mine.end('give-back', new LinkError('cancelled', 'x'))
    await reserving
    const other = hold()
    expect(await other.reserve()).toBeUndefined()
    await other.release()
  })
})
