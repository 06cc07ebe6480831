import { describe, expect, it } from 'vitest'
import { createPatience } from '../../../src/cli/demo/patience.ts'
import { createInterrupts } from '../../../src/cli/terminal/interrupts.ts'
import { createTestClock } from '../support/test-clock.ts'

function started() {
  const clock = createTestClock()
  const interrupts = createInterrupts({ on: () => {}, off: () => {} }, () => {})
  return { clock, interrupts, patience: createPatience({ clock, interrupts }) }
}
const forever = new Promise<never>(() => {})

describe('the patience of the demo', () => {
  it('gives what was waited for, and leaves no timer', async () => {
    const { clock, patience } = started()
    expect(await patience.within(1_000, 'a step', Promise.resolve(7))).toBe(7)
    expect(clock.waiting).toBe(0)
  })

  it('ends after its time, with the name of the step', async () => {
    const { clock, patience } = started()
    const waiting = patience.within(1_000, 'the echo', forever)
    clock.advance(1_000)
    await expect(waiting).rejects.toMatchObject({ code: 'network', message: expect.stringContaining('the echo') })
  })

  it('ends with Ctrl-C, now and for all that follows', async () => {
    const { interrupts, patience } = started()
    const waiting = patience.within(1_000, 'a step', forever)
    interrupts.trigger()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await expect(patience.within(1_000, 'another', forever)).rejects.toMatchObject({ code: 'cancelled' })
  })
})
