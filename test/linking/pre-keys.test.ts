import { describe, expect, it } from 'vitest'
import { PRE_KEY_COUNT, returnPreKeys, takePreKeys, warmPreKeys } from '../../src/linking/pre-keys.ts'
import { toHex } from './keys.ts'

const privates = (set: Awaited<ReturnType<typeof takePreKeys>>) => set.map((pair) => toHex(pair.private))

describe('pre-keys', () => {
  it('come in sets of 812, none of them twice', async () => {
    const sets = await Promise.all([takePreKeys(), takePreKeys()])
    expect(PRE_KEY_COUNT).toBe(812)
    expect(sets.map((set) => set.length)).toEqual([812, 812])
    expect(new Set(sets.flatMap(privates)).size).toBe(1624)
  })

  it('are made beside the event loop’s other work', async () => {
    let turns = 0
    let counting = true
    const turn = (): void => {
      turns += 1
      if (counting) setImmediate(turn)
    }
    turn()
    await takePreKeys()
    counting = false
    expect(turns).toBeGreaterThanOrEqual(10)
  })

  it('of an attempt that failed are given to the next one, once', async () => {
    const set = await takePreKeys()
    returnPreKeys(set)
    expect(await takePreKeys()).toBe(set)
    expect(await takePreKeys()).not.toBe(set)
  })

  it('that were warmed are the ones that are taken', async () => {
    warmPreKeys()
    warmPreKeys()
    const [one, two] = [await takePreKeys(), await takePreKeys()]
    expect(privates(one)[0]).not.toBe(privates(two)[0])
  })
})
