import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDesk, type Desk } from '../../../src/cli/emulator/desk.ts'
import { readOrder } from '../../../src/cli/emulator/order.ts'
import type { Message } from '../../../src/cli/printing/printer.ts'
import { type Emulator, startEmulator } from '../../../src/emulator/index.ts'

let emulator: Emulator
let desk: Desk
let told: Message[]
const say = (line: string): Promise<void> => desk.carryOut(readOrder(line))

beforeEach(async () => {
  emulator = await startEmulator()
  told = []
  desk = createDesk(emulator, (message) => told.push(message))
})
afterEach(() => emulator.stop())

describe('the desk', () => {
  it('adds phones, and tells their numbers masked', async () => {
    await say('phone +12025550123 ios')
    expect(told).toEqual([{ type: 'phone', phone: '+1••••••••23', platform: 'ios' }])
  })

  it('delivers a text from one phone to another', async () => {
    await say('phone +12025550123')
    await say('phone +12025550124')
    await say('send +12025550124 +12025550123 Hello there')
    await expect
      .poll(() => told)
      .toContainEqual({
        type: 'received',
        phone: '+1••••••••23',
        from: expect.stringContaining('24@'),
        text: 'Hello there',
      })
  })

  it.each([
    ['a phone that is there already', ['phone +12025550123', 'phone +12025550123']],
    ['a number that cannot be one', ['phone 12']],
    ['a code without a phone', ['enter ABCD-EFGH']],
    ['a text to nobody', ['phone +12025550123', 'send +12025550123 +12025550199 Hello']],
    ['a change where there is nothing to change', ['tamper login hmac']],
    ['what is no order', ['dance']],
  ])('says that it was not done, and goes on: %s', async (_what, lines) => {
    for (const line of lines) await say(line)
    expect(told.at(-1)).toMatchObject({ type: 'not-done', reason: expect.any(String) })
    await say('phone +12025550100')
    expect(told.at(-1)).toMatchObject({ type: 'phone' })
    expect(JSON.stringify(told)).not.toMatch(/\d{7}/)
  })

  it('shows an example as it is to be typed, and masks what was typed', async () => {
    await say('phone')
    expect(told.at(-1)).toMatchObject({ reason: 'phone needs a number: phone +12025550123' })
    await say('+12025550124 ABCD-EFGH')
    expect(told.at(-1)).toMatchObject({ reason: expect.not.stringContaining('2025550124') })
  })

  it('names the reason of a phone that cannot link', async () => {
    await say('phone +12025550123')
    await say('enter ABCD-EFGH')
    expect(told.at(-1)).toMatchObject({ type: 'not-done', order: 'enter', code: 'no-request' })
  })

  it('lists what is linked', async () => {
    await say('phone +12025550123')
    await say('devices')
    expect(told.at(-1)).toEqual({ type: 'devices', phone: '+1••••••••23', devices: [] })
  })

  it('helps', async () => {
    await say('help')
    expect(told.at(-1)).toMatchObject({
      type: 'help',
      orders: expect.arrayContaining([expect.stringContaining('enter')]),
    })
  })
})
