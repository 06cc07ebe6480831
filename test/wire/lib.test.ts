// The small parts of src/lib/ that a connection stands on.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { deferred } from '../../src/lib/deferred.ts'
import { silentLogger } from '../../src/lib/logger.ts'

describe('systemClock', () => {
  afterEach(() => vi.useRealTimers())

  it('is the time of the machine', () => {
    vi.useFakeTimers({ now: 1_767_225_600_000 })
    expect(systemClock.now()).toBe(1_767_225_600_000)
    vi.advanceTimersByTime(1_500)
    expect(systemClock.now()).toBe(1_767_225_601_500)
  })

  it('runs a timer once, after its time', () => {
    vi.useFakeTimers()
    const run = vi.fn()
    systemClock.setTimeout(run, 1_000)
    vi.advanceTimersByTime(999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(5_000)
    expect(run).toHaveBeenCalledOnce()
  })

  it('does not run a timer that was cleared, and takes what is no timer', () => {
    vi.useFakeTimers()
    const run = vi.fn()
    systemClock.clearTimeout(systemClock.setTimeout(run, 1_000))
    systemClock.clearTimeout(undefined)
    vi.advanceTimersByTime(5_000)
    expect(run).not.toHaveBeenCalled()
  })
})

describe('deferred', () => {
  it('resolves with the first value and keeps it', async () => {
    const { promise, resolve, reject } = deferred<number>()
    resolve(1)
    resolve(2)
    reject(new Error('too late'))
    await expect(promise).resolves.toBe(1)
  })

  it('rejects with the first reason and keeps it', async () => {
    const { promise, resolve, reject } = deferred<number>()
    reject(new Error('first'))
    resolve(1)
    await expect(promise).rejects.toThrow('first')
  })

  it('waits until it is told', async () => {
    const { promise, resolve } = deferred<string>()
    const other = Promise.resolve('sooner')
    await expect(Promise.race([promise, other])).resolves.toBe('sooner')
    resolve('later')
    await expect(promise).resolves.toBe('later')
  })
})

describe('silentLogger', () => {
  it('prints nothing, and neither do its children', () => {
    const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true))
    const child = silentLogger.child({ session: 'sales' })
    for (const logger of [silentLogger, child])
      for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) logger[level]({ a: 1 }, 'text')
    const calls = written.map((spy) => spy.mock.calls.length)
    vi.restoreAllMocks()
    expect(calls).toEqual([0, 0])
    expect(silentLogger.level).toBe('silent')
  })
})
