// Pure. What a person or a program may tell the emulator, one order a line.
import { STAGES, type Stage, type Tampering } from '../../emulator/faults.ts'
import { maskNumbers } from '../../session/log-masking.ts'

export type Order =
  | { readonly kind: 'nothing' | 'help' | 'quit' }
  | { readonly kind: 'phone'; readonly number: string; readonly platform: 'android' | 'ios'; readonly passkey: boolean }
  /** Without a number, here and below: the phone that was notified or used last. */
  | { readonly kind: 'enter'; readonly number: string | undefined; readonly code: string }
  | { readonly kind: 'scan'; readonly number: string | undefined; readonly data: string }
  | { readonly kind: 'send'; readonly from: string; readonly to: string; readonly text: string }
  | { readonly kind: 'devices'; readonly number: string | undefined }
  | { readonly kind: 'unlink'; readonly number: string; readonly jid: string }
  | { readonly kind: 'fail'; readonly at: Stage; readonly code: number; readonly times: number }
  | { readonly kind: 'hold'; readonly at: Stage; readonly ms: number | undefined }
  | { readonly kind: 'disconnect'; readonly at: Stage; readonly times: number }
  | { readonly kind: 'tamper'; readonly at: Stage; readonly with: Tampering; readonly times: number }
  | { readonly kind: 'reorder'; readonly at: Stage; readonly times: number }
  /** `options` of a `passkey` event, as JSON. */
  | { readonly kind: 'confirm'; readonly number: string | undefined; readonly options: unknown }
  | { readonly kind: 'stream-error'; readonly code: number; readonly target: string | undefined }
  | { readonly kind: 'advance'; readonly ms: number }
  /** `message`: fit to be shown; the numbers in it are examples. */
  | { readonly kind: 'wrong'; readonly message: string }

/** Complete by its type. */
const TAMPERINGS: Readonly<Record<Tampering, true>> = {
  ref: true,
  hmac: true,
  signature: true,
  'missing-child': true,
  duplicate: true,
  refresh: true,
  'refresh-manual': true,
  'companion-reg-refresh': true,
  passkey: true,
}

export const ORDERS = `phone <number> [ios] [passkey]       a phone with this number
enter [number] <code>                type a pairing code on the phone
scan [number] <text of the QR code>  scan a QR code with the phone
send <from> <to> <text>              a phone writes to another number
devices [number]                     Linked devices on the phone
unlink <number> <jid>                log a device out on the phone
fail <stage> <code> [times]          WhatsApp refuses: fail companion_hello 403
hold <stage> [seconds]               WhatsApp answers late; without seconds never
disconnect <stage> [times]           the connection is cut
tamper <stage> <what> [times]        something that is sent is wrong
reorder <stage> [times]              what is sent comes after the stanza that follows it
confirm [number] <options>           confirm with the phone’s passkey: the JSON of a passkey event’s options
stream-error <code> [number]         end open connections: stream-error 503
advance <seconds>                    move the emulator’s time
quit                                 stop
Stages: ${STAGES.join(', ')}
To tamper with: ${Object.keys(TAMPERINGS).join(', ')}`

const CONFIRM = /^\s*confirm\s+([^{]*)(\{.*\})\s*$/s

/** Words in double quotes stay together: `send "+1 202 555 0124" "+1 202 555 0123" Hello there`. */
export function readOrder(line: string): Order {
  const confirm = CONFIRM.exec(line)
  if (confirm !== null) return readConfirm(confirm[1] ?? '', confirm[2] ?? '')
  const [name = '', ...words] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
  if (name === '') return { kind: 'nothing' }
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
  return read?.(words) ?? wrong(`${maskNumbers(name)} is not known here: type help`)
}

const READERS: Readonly<Record<string, (words: readonly string[]) => Order>> = {
  help: () => ({ kind: 'help' }),
  quit: () => ({ kind: 'quit' }),
  exit: () => ({ kind: 'quit' }),
  phone: readPhone,
  enter: (words) => {
    const code = words.at(-1)
    return code === undefined
      ? wrong('enter needs a code: enter ABCD-EFGH')
      : { kind: 'enter', number: numberBefore(words), code }
  },
  scan: (words) => {
    const data = words.at(-1)
    return data === undefined
      ? wrong('scan needs the text of the QR code')
      : { kind: 'scan', number: numberBefore(words), data }
  },
  send([from, to, ...text]) {
    if (from === undefined || to === undefined || text.length === 0)
      return wrong('send needs two numbers and a text: send +12025550124 +12025550123 Hello')
    return { kind: 'send', from, to, text: text.join(' ') }
  },
  devices: (words) => ({ kind: 'devices', number: words.length === 0 ? undefined : words.join('') }),
  unlink([number, jid]) {
    return number === undefined || jid === undefined
      ? wrong('unlink needs a number and a JID')
      : { kind: 'unlink', number, jid }
  },
  fail([at, code, times]) {
    const stage = stageOf(at)
    if (stage === undefined || !isCount(code)) return wrong('fail needs a stage and a code: fail companion_hello 403')
    return counted(times, (count) => ({ kind: 'fail', at: stage, code: Number(code), times: count }))
  },
  hold([at, seconds]) {
    const stage = stageOf(at)
    if (stage === undefined) return wrong(`hold needs a stage: ${STAGES.join(', ')}`)
    if (seconds === undefined) return { kind: 'hold', at: stage, ms: undefined }
    return isSeconds(seconds) ? { kind: 'hold', at: stage, ms: Number(seconds) * 1000 } : wrong('seconds are a number')
  },
  disconnect([at, times]) {
    const stage = stageOf(at)
    if (stage === undefined) return wrong(`disconnect needs a stage: ${STAGES.join(', ')}`)
    return counted(times, (count) => ({ kind: 'disconnect', at: stage, times: count }))
  },
  tamper([at, what, times]) {
    const stage = stageOf(at)
    const tampering = tamperingOf(what)
    if (stage === undefined || tampering === undefined)
      return wrong('tamper needs a stage and what is wrong: tamper pair_success hmac')
    return counted(times, (count) => ({ kind: 'tamper', at: stage, with: tampering, times: count }))
  },
  reorder([at, times]) {
    const stage = stageOf(at)
    if (stage === undefined) return wrong(`reorder needs a stage: ${STAGES.join(', ')}`)
    return counted(times, (count) => ({ kind: 'reorder', at: stage, times: count }))
  },
  confirm: () => wrong('confirm needs the options of a passkey event as JSON: confirm {"challenge": …}'),
  'stream-error'([code, ...number]) {
    if (!isCount(code)) return wrong('stream-error needs a code: stream-error 503')
    return { kind: 'stream-error', code: Number(code), target: number.length === 0 ? undefined : number.join('') }
  },
  advance([seconds]) {
    return isSeconds(seconds)
      ? { kind: 'advance', ms: Number(seconds) * 1000 }
      : wrong('advance needs seconds: advance 180')
  },
}

function readConfirm(number: string, json: string): Order {
  const digits = number.replace(/["\s]/g, '')
  try {
    return { kind: 'confirm', number: digits === '' ? undefined : digits, options: JSON.parse(json) }
  } catch {
    return wrong('the options of confirm are not JSON')
  }
}

function readPhone(words: readonly string[]): Order {
  const features = words.filter((word) => ['android', 'ios', 'passkey'].includes(word))
  const number = words.filter((word) => !features.includes(word)).join('')
  if (number === '') return wrong('phone needs a number: phone +12025550123')
  return {
    kind: 'phone',
    number,
    platform: features.includes('ios') ? 'ios' : 'android',
    passkey: features.includes('passkey'),
  }
}

/** All words but the last: a number may be written with spaces. */
function numberBefore(words: readonly string[]): string | undefined {
  return words.length < 2 ? undefined : words.slice(0, -1).join('')
}

function stageOf(word: string | undefined): Stage | undefined {
  return STAGES.find((stage) => stage === word)
}

function tamperingOf(word: string | undefined): Tampering | undefined {
  return (Object.keys(TAMPERINGS) as readonly Tampering[]).find((tampering) => tampering === word)
}

function counted(times: string | undefined, order: (count: number) => Order): Order {
  if (times === undefined) return order(1)
  return isCount(times) ? order(Number(times)) : wrong('how often is a whole number; 0 takes it back')
}

function isCount(word: string | undefined): word is string {
  return word !== undefined && /^\d{1,4}$/.test(word)
}

function isSeconds(word: string | undefined): word is string {
  return word !== undefined && /^\d{1,6}(\.\d{1,3})?$/.test(word)
}

function wrong(message: string): Order {
  return { kind: 'wrong', message }
}
