import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createInterrupts } from '../../../src/cli/terminal/interrupts.ts'

function started() {
  const signals = new EventEmitter()
  const told: string[] = []
  const interrupts = createInterrupts(signals, () => told.push('forced'))
  return { signals, told, interrupts }
}

describe('interrupts', () => {
  it('ask politely first, and force the second time', () => {
    const { signals, told, interrupts } = started()
    interrupts.listen(() => told.push('asked'))
    signals.emit('SIGINT')
    expect(told).toEqual(['asked'])
    signals.emit('SIGINT')
    expect(told).toEqual(['asked', 'forced'])
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s is one', (signal) => {
    const { signals, told, interrupts } = started()
    interrupts.listen(() => told.push(signal))
    signals.emit(signal)
    expect(told).toEqual([signal])
  })

  it('force at once when nobody listens', () => {
    const { signals, told, interrupts } = started()
    interrupts.listen(() => told.push('asked'))()
    signals.emit('SIGTERM')
    expect(told).toEqual(['forced'])
  })

  it('come from keys as well', () => {
    const { told, interrupts } = started()
    interrupts.listen(() => told.push('asked'))
    interrupts.trigger()
    expect(told).toEqual(['asked'])
  })

  it('leave the process alone when they are closed', () => {
    const { signals, interrupts } = started()
    interrupts.close()
    expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => signals.listenerCount(signal))).toEqual([0, 0, 0])
  })
})
