import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { terminalLinkView } from '../../../src/cli/link/terminal-view.ts'
import { createTerminalPrinter } from '../../../src/cli/printing/terminal-printer.ts'
import { qrPicture } from '../../../src/cli/terminal/qr-picture.ts'
import { LinkError } from '../../../src/errors.ts'
import type { LinkEvent } from '../../../src/linking/events.ts'
import { createTerminalBuffer } from '../support/terminal-buffer.ts'
import { createTestClock } from '../support/test-clock.ts'

function started({ columns = 80, rows = 30, variables = {} } = {}) {
  const terminal = createTerminalBuffer(columns, rows)
  const clock = createTestClock()
  const input = new EventEmitter()
  const told: string[] = []
  let raw = false
  const keys = {
    isTTY: true,
    setRawMode: (on: boolean) => {
      raw = on
    },
    resume: () => {},
    pause: () => {},
    on: (event: string, listener: (chunk: Buffer | string) => void) => input.on(event, listener),
    off: (event: string, listener: (chunk: Buffer | string) => void) => input.off(event, listener),
  }
  const printer = createTerminalPrinter(terminal, { write: () => {} }, { variables, program: 'paircode' })
  const view = terminalLinkView({
    printer,
    clock,
    keys,
    drawQr: (data) => qrPicture(data, false),
    onInterrupt: () => told.push('interrupt'),
    onRefresh: () => told.push('refresh'),
  })
  const code = (text: string): LinkEvent => ({
    type: 'code',
    code: text,
    expiresAt: new Date(clock.now() + 180_000),
    number: 1,
  })
  return { terminal, clock, view, told, code, press: (text: string) => input.emit('data', text), isRaw: () => raw }
}

describe('a link on a terminal', () => {
  it('says at once that it is connecting', () => {
    expect(started().terminal.text).toBe('Connecting to WhatsApp …')
  })

  it('counts down by itself, without a trace of earlier seconds', () => {
    const { terminal, clock, view, code } = started()
    view.show(code('ABCD-EFGH'))
    expect(terminal.text).toContain('valid for 3:00')
    clock.advance(62_000)
    expect(terminal.text).toContain('valid for 1:58')
    expect(terminal.text.match(/valid for/g)).toHaveLength(1)
    expect(terminal.text.match(/▄▀▀▀▄/g)?.length).toBeLessThan(12)
  })

  it('takes a code that is over off the screen, and says why', () => {
    const { terminal, view, code } = started()
    view.show(code('ABCD-EFGH'))
    view.show({ type: 'code-expired', reason: 'unanswered', manual: false })
    expect(terminal.text).not.toContain('ABCD')
    expect(terminal.text).toContain('mistyped')
    expect(terminal.text).toContain('new one')
    view.show(code('1234-5678'))
    expect(terminal.text).toContain('1234-5678')
    expect(terminal.text).toContain('mistyped')
  })

  it('tells of a retry with WhatsApp’s words, and counts the wait', () => {
    const { terminal, clock, view } = started()
    const error = new LinkError('rejected', 'WhatsApp refused the number (400)', { status: 400 })
    view.show({ type: 'retrying', attempt: 2, attempts: 3, inMs: 5_000, error })
    expect(terminal.text).toContain('WhatsApp refused the number (400). Next try in 5 seconds (2 of 3).')
    clock.advance(2_000)
    expect(terminal.text).toContain('0:03')
  })

  it('draws anew when the window changes', () => {
    const { terminal, view, code } = started()
    view.show(code('ABCD-EFGH'))
    terminal.resize(40, 30)
    expect(terminal.text).toContain('A B C D - E F G H')
  })

  it('hands Ctrl-C on, and keeps what is typed off the screen', () => {
    const { terminal, view, told, code, press } = started()
    view.show(code('ABCD-EFGH'))
    press('A')
    expect(terminal.text).toContain('Type the code on the phone, not here.')
    expect(told).toEqual([])
    press('\u0003')
    expect(told).toEqual(['interrupt'])
  })

  it('asks for a new code on Enter, only when a person must ask', () => {
    const { view, told, code, press } = started()
    view.show(code('ABCD-EFGH'))
    press('\r')
    expect(told).toEqual([])
    view.show({ type: 'code-expired', reason: 'refresh', manual: true })
    press('\r')
    expect(told).toEqual(['refresh'])
  })

  it('gives the terminal back: nothing drawn, cursor shown, keys cooked, no timer', () => {
    const { terminal, clock, view, code, isRaw } = started()
    view.show(code('ABCD-EFGH'))
    expect(isRaw()).toBe(true)
    view.close()
    view.close()
    clock.advance(10_000)
    terminal.resize(60, 20)
    expect(terminal.text).toBe('')
    expect(terminal.cursorIsHidden).toBe(false)
    expect(isRaw()).toBe(false)
    expect(clock.waiting).toBe(0)
  })
})

describe('on a terminal that cannot be redrawn', () => {
  it('each scene is printed once, with the code to read and to copy', () => {
    const { terminal, clock, view, code, isRaw } = started({ variables: { TERM: 'dumb' }, rows: 60 })
    view.show({ type: 'connecting' })
    view.show(code('ABCD-EFGH'))
    clock.advance(60_000)
    expect(terminal.written).not.toContain('\u001b')
    expect(terminal.text.match(/valid for/g)).toHaveLength(1)
    expect(terminal.text).toContain('ABCD-EFGH')
    expect(isRaw()).toBe(false)
    view.show({ type: 'code-expired', reason: 'timeout', manual: false })
    expect(terminal.text).toContain('Nobody typed the code in time')
    view.close()
  })
})
