import { describe, expect, it } from 'vitest'
import { createPipePrinter } from '../../../src/cli/printing/pipe-printer.ts'
import { createTerminalPrinter } from '../../../src/cli/printing/terminal-printer.ts'
import { LinkError } from '../../../src/errors.ts'
import { createTerminalBuffer, widest } from '../support/terminal-buffer.ts'

function sink() {
  const chunks: string[] = []
  return { write: (text: string) => chunks.push(text), text: () => chunks.join('') }
}

const EXPIRED = new LinkError('expired', 'the code was not typed in time')

describe('in a pipe', () => {
  it('stdout has one JSON object a line, dates in RFC 3339, and nothing else', () => {
    const [stdout, stderr] = [sink(), sink()]
    const printer = createPipePrinter(stdout, stderr, 'paircode')
    printer.print({ type: 'code', expiresAt: new Date(Date.UTC(2026, 0, 1)) }, 'words for people')
    printer.say('more words')
    printer.fail(EXPIRED)
    const lines = stdout
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toEqual([
      { type: 'code', expiresAt: '2026-01-01T00:00:00.000Z' },
      { type: 'failed', error: { code: 'expired', message: EXPIRED.message, advice: EXPIRED.advice } },
    ])
  })

  it('an error is said in words on stderr, and ends with the line to type', () => {
    const stderr = sink()
    createPipePrinter(sink(), stderr, 'npx paircode').fail(EXPIRED)
    expect(stderr.text().trimEnd().split('\n').at(-1)?.trim()).toBe('npx paircode explain expired')
  })
})

describe('on a terminal', () => {
  const terminal = (variables = {}, columns = 80) => {
    const stdout = createTerminalBuffer(columns)
    const stderr = sink()
    return { stdout, stderr, printer: createTerminalPrinter(stdout, stderr, { variables, program: 'paircode' }) }
  }

  it('people get the sentence with its sign, not the JSON', () => {
    const { stdout, printer } = terminal()
    printer.print({ type: 'linked' }, 'Linked.', 'done')
    printer.print({ type: 'state' }, '')
    expect(stdout.text).toBe('✓ Linked.')
  })

  it('long sentences are broken between words, lists below their first word', () => {
    const { stdout, printer } = terminal({}, 30)
    printer.say('Steps:\n 1. Open WhatsApp on the phone that has this number.\n - and another one that is long', 'none')
    expect(stdout.lines).toEqual([
      'Steps:',
      ' 1. Open WhatsApp on the phone',
      '    that has this number.',
      ' - and another one that is',
      '   long',
    ])
  })

  it('columns of two spaces stay as they are', () => {
    const { stdout, printer } = terminal()
    printer.say('  link          links\n  connect main  connects')
    expect(stdout.lines).toEqual(['  link          links', '  connect main  connects'])
  })

  it('an error goes to stderr and ends with the line to type', () => {
    const { stdout, stderr, printer } = terminal({ NO_COLOR: '1' })
    printer.fail(EXPIRED)
    expect(stdout.text).toBe('')
    expect(stderr.text().split('\n').filter(Boolean)).toEqual([
      '✗ The code was not typed in time.',
      '  Nobody typed the code in time. Start again and keep the phone at hand.',
      '  paircode explain expired',
    ])
  })

  it.each([[{ NO_COLOR: '1' }], [{ TERM: 'dumb' }]])('there are no colours with %o', (variables) => {
    const { stdout, stderr, printer } = terminal(variables)
    printer.print({ type: 'a' }, 'Done.', 'done')
    printer.fail(EXPIRED)
    expect(stdout.written + stderr.text()).not.toContain('\u001b')
  })

  it('an empty NO_COLOR means nothing', () => {
    const { stdout, printer } = terminal({ NO_COLOR: '' })
    printer.say('Done.', 'done')
    expect(stdout.written).toContain('\u001b[')
  })

  it('nothing is wider than a narrow terminal', () => {
    const { stdout, printer } = terminal({}, 20)
    printer.say(`A sentence that goes on and on and a-word-that-is-much-longer-than-the-terminal`, 'warning')
    expect(widest(stdout.lines)).toBeLessThanOrEqual(20)
  })
})
