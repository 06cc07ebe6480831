import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Key, readKeys } from '../../../src/cli/terminal/keys.ts'

function input(isTTY = true) {
  const calls: string[] = []
  const emitter = new EventEmitter()
  return {
    calls,
    press: (text: string) => emitter.emit('data', Buffer.from(text)),
    listeners: () => emitter.listenerCount('data'),
    stream: {
      isTTY,
      setRawMode: (raw: boolean) => calls.push(`raw ${raw}`),
      resume: () => calls.push('resume'),
      pause: () => calls.push('pause'),
      on: (event: string, listener: (chunk: Buffer | string) => void) => emitter.on(event, listener),
      off: (event: string, listener: (chunk: Buffer | string) => void) => emitter.off(event, listener),
    },
  }
}

describe('single keys', () => {
  it('are told apart: Ctrl-C, Enter, all others', () => {
    const { stream, press } = input()
    const keys: Key[] = []
    readKeys(stream, (key) => keys.push(key))
    for (const text of ['\u0003', '\r', '\n', 'a', 'ABCD-EFGH\r', 'x\u0003']) press(text)
    expect(keys).toEqual(['interrupt', 'enter', 'enter', 'other', 'other', 'interrupt'])
  })

  it('leave the terminal as it was, once', () => {
    const { stream, calls, listeners } = input()
    const stop = readKeys(stream, () => {})
    expect(calls).toEqual(['raw true', 'resume'])
    stop()
    stop()
    expect(calls).toEqual(['raw true', 'resume', 'raw false', 'pause'])
    expect(listeners()).toBe(0)
  })

  it('are not read from what is no terminal', () => {
    const { stream, calls, listeners } = input(false)
    readKeys(stream, () => {})()
    expect(calls).toEqual([])
    expect(listeners()).toBe(0)
  })
})
