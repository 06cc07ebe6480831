import { describe, expect, it } from 'vitest'
import { deferred } from '../../src/lib/deferred.ts'
import { createLanes } from '../../src/lib/lanes.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('lanes', () => {
  it('let through so many at a time, the rest in the order in which they came', async () => {
    const enter = createLanes(2)
    const inside: number[] = []
    const leaves: (() => void)[] = []
    for (const who of [1, 2, 3, 4])
      void enter('later').then((leave) => {
        inside.push(who)
        leaves.push(leave)
      })
    await settled()
    expect(inside).toEqual([1, 2])
    leaves.shift()?.()
    await settled()
    expect(inside).toEqual([1, 2, 3])
    leaves.shift()?.()
    await settled()
    expect(inside).toEqual([1, 2, 3, 4])
  })

  it('let what is urgent go before what came earlier', async () => {
    const enter = createLanes(1)
    const leave = await enter('later')
    const order: string[] = []
    const first = enter('later').then((next) => {
      order.push('later')
      next()
    })
    const second = enter('soon').then((next) => {
      order.push('soon')
      next()
    })
    leave()
    await Promise.all([first, second])
    expect(order).toEqual(['soon', 'later'])
  })

  it('let one go that is aborted while it waits, with its reason, and keep its lane for the next', async () => {
    const enter = createLanes(1)
    const leave = await enter('later')
    const aborter = new AbortController()
    const waiting = enter('later', aborter.signal)
    const next = enter('later')
    aborter.abort(new Error('cancelled'))
    await expect(waiting).rejects.toThrow('cancelled')
    leave()
    expect(await next).toBeTypeOf('function')
  })

  it('do not let anybody in who was aborted before', async () => {
    const enter = createLanes(1)
    await expect(enter('soon', AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled')
    expect(await enter('soon')).toBeTypeOf('function')
  })

  it('are all free again when everybody has left', async () => {
    const enter = createLanes(2)
    for (let round = 0; round < 3; round += 1) {
      const both = await Promise.all([enter('soon'), enter('later')])
      for (const leave of both) leave()
    }
    const third = deferred<void>()
    void enter('later')
    void enter('later')
    void enter('later').then(() => third.resolve())
    expect(await Promise.race([third.promise.then(() => 'in'), settled().then(() => 'waits')])).toBe('waits')
  })
})
