import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src/lib/turns.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('let the first through at once', async () => {
    const mine = createTurns()
    let through = false
    void mine().then(() => {
      through = true
    })
    await Promise.resolve()
    expect(through).toBe(true)
  })

  it('let one through in each turn of the event loop, in their order', async () => {
    const mine = createTurns()
    const through: number[] = []
    for (const who of [1, 2, 3, 4]) void mine().then(() => through.push(who))
    const seen: number[] = []
    for (let at = 0; at < 6; at += 1) {
      await turn()
      seen.push(through.length)
    }
    expect(through).toEqual([1, 2, 3, 4])
    for (const [at, count] of seen.entries()) expect(count - (seen[at - 1] ?? 1)).toBeLessThanOrEqual(1)
  })

  it('let somebody through at once again when nobody waits', async () => {
    const mine = createTurns()
    await mine()
    await turn()
    await turn()
    let through = false
    void mine().then(() => {
      through = true
    })
    await Promise.resolve()
    expect(through).toBe(true)
  })
})
