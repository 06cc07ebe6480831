// Pure. What happened, as the sections of docs/fault-matrix.md.
import { expiredText, retryText } from '../../../../src/cli/link/event-words.ts'
import { describeError } from '../../../../src/cli/printing/described-error.ts'
import { errorLines } from '../../../../src/cli/printing/error-lines.ts'
import type { LinkEvent } from '../../../../src/index.ts'
import type { Combination } from './faults.ts'
import type { Course, Told } from './run.ts'

export type Section = Combination['at']

const TITLES: Readonly<Record<Section, string>> = {
  handshake: '`handshake`: the first words of the connection',
  pair_device: '`pair_device`: WhatsApp gets ready',
  companion_hello: '`companion_hello`: a code is asked for',
  primary_hello: '`primary_hello`: the phone’s answer to the code',
  companion_finish: '`companion_finish`: our keys for the phone',
  pair_success: '`pair_success`: the proof of the account',
  pair_device_sign: '`pair_device_sign`: our signature',
  login: '`login`: the first login',
  prekey_upload: '`prekey_upload`: keys for the messages of others',
  'code on show': 'While the code is on show: the server ends the stream',
}

export function titleOf(section: Section): string {
  return `## ${TITLES[section]}`
}

export function sectionOf(
  section: Section,
  rows: readonly { readonly fault: string; readonly course: Course }[],
): string {
  return [
    titleOf(section),
    '',
    '| what goes wrong | ends as | code | what the person sees | the phone says | known after | over after |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(({ fault, course }) => rowOf(fault, course)),
    '',
  ].join('\n')
}

function rowOf(fault: string, course: Course): string {
  const bad = course.told.filter(({ event }) => sentenceOf(event) !== undefined)
  const cells = [
    fault,
    endOf(course),
    codesOf(bad),
    bad.length === 0 ? '–' : [...new Set(bad.map(({ event }) => sentenceOf(event)))].join('<br>'),
    course.phone.length === 0 ? '–' : [...new Set(course.phone)].map((code) => `\`${code}\``).join(', '),
    bad[0] === undefined ? '–' : ms(bad[0].atMs),
    ms(course.overMs),
  ]
  return `| ${cells.join(' | ')} |`
}

function endOf({ told, stored }: Course): string {
  const failed = told.some(({ event }) => event.type === 'failed')
  if (failed) return stored > 0 ? '**failed**, but a login is stored' : '**failed**, nothing is stored'
  const codes = told.filter(({ event }) => event.type === 'code').length
  const tries = told.filter(({ event }) => event.type === 'retrying').length
  const by = [...(codes > 1 ? [`by code ${codes}`] : []), ...(tries > 0 ? [`at try ${tries + 1}`] : [])]
  return ['linked', ...by].join(', ')
}

/** `retrying` tells an error as well. */
function codesOf(bad: readonly Told[]): string {
  const codes = bad.map(({ event }) => {
    if (event.type === 'code-expired') return `\`${event.type}\` (${event.reason})`
    if (event.type !== 'failed' && event.type !== 'retrying') return undefined
    const { code, status, reason } = event.error
    const more = [status, reason].filter((one) => one !== undefined).join(', ')
    return `\`${code}\`${more === '' ? '' : ` (${more})`}`
  })
  return codes.length === 0 ? '–' : [...new Set(codes)].join(', ')
}

/** What stands on the screen of the command line; undefined while all is well. */
function sentenceOf(event: LinkEvent): string | undefined {
  if (event.type === 'code-expired') return expiredText(event)
  if (event.type === 'retrying') return retryText(event)
  if (event.type !== 'failed') return undefined
  const { happened, advice } = errorLines(describeError(event.error), 'paircode', 10_000)
  return [...happened, ...advice]
    .map((line) => line.trim())
    .join(' ')
    .replace('✗ ', '')
}

function ms(number: number): string {
  return `${number.toLocaleString('en')} ms`
}
