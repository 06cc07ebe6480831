// What is to be linked, as it was said on the command line or asked for afterwards. Checked before anything is touched.
import { LinkError } from '../../errors.ts'
import type { Context } from '../context.ts'
import { createQuestions, type Questions } from '../terminal/questions.ts'
import { askPhone } from './ask-phone.ts'
import { createPhoneReading, invalidPhone, type PhoneReading } from './phone-reading.ts'
import { defaultSessionName } from './session-names.ts'

export interface LinkFlags {
  readonly session?: string
  readonly store?: string
  readonly deviceName?: string
  readonly country?: string
  readonly qr?: boolean
  readonly replace?: boolean
  readonly anyway?: boolean
  readonly wait: boolean
}

export interface LinkWishes {
  /** E.164; undefined: by QR code alone. */
  readonly phone: string | undefined
  readonly session: string
  /** The name was neither given nor asked for yet. */
  readonly sessionIsGuessed: boolean
  /** Undefined: nobody can be asked. */
  readonly ask: Questions | undefined
}

export interface WishesRequest {
  /** The number as given; empty when it was left out. */
  readonly typed: string
  readonly flags: LinkFlags
  /** An emulator stands in for WhatsApp. */
  readonly emulator: boolean
  readonly context: Context
}

/** @throws LinkError invalid-phone · invalid-session · invalid-device · invalid-options · cancelled */
export async function linkWishes({ typed, flags, emulator, context }: WishesRequest): Promise<LinkWishes> {
  await checkNames(flags)
  const { session, deviceName, country, anyway, qr } = flags
  const byQrAlone = typed === '' && qr === true
  const reading = byQrAlone ? undefined : await createPhoneReading({ country, lenient: anyway === true, emulator })
  const given = reading === undefined || typed === '' ? undefined : reading.parse(typed)
  const ask = !byQrAlone && given?.ok !== true && context.interactive ? await createQuestions(context) : undefined
  if (ask !== undefined) context.printer.say(WELCOME)
  return {
    phone: given?.ok === true ? given.e164 : await missingPhone(typed, reading, ask, context),
    session: session ?? defaultSessionName(deviceName),
    sessionIsGuessed: session === undefined,
    ask,
  }
}

async function checkNames({ session, deviceName }: LinkFlags): Promise<void> {
  const { checkedSessionName } = await import('../../store/session-name.ts')
  const { resolveDevice } = await import('../../linking/device.ts')
  if (session !== undefined) checkedSessionName(session)
  if (deviceName !== undefined) resolveDevice({ name: deviceName }, process.platform)
}

/** `reading` is left out for a link by QR code alone. */
async function missingPhone(
  typed: string,
  reading: PhoneReading | undefined,
  ask: Questions | undefined,
  { program }: Context,
): Promise<string | undefined> {
  if (reading === undefined) return undefined
  if (ask === undefined) throw refusedPhone(typed, reading, program)
  if (typed === '' && (await askWay(ask)) === 'qr') return undefined
  return askPhone(ask, reading, typed)
}

function askWay(ask: Questions): Promise<'code' | 'qr'> {
  return ask.choose('How do you want to link?', [
    { value: 'code', label: 'Pairing code', hint: 'type 8 characters on the phone' },
    { value: 'qr', label: 'QR code', hint: 'point the phone’s camera at this screen' },
  ])
}

const WELCOME =
  'Paircode links a WhatsApp account to your bot. It is unofficial: WhatsApp can limit or ban an account for it, so use a ' +
  'number that you can lose.\n'

function refusedPhone(typed: string, { parse }: PhoneReading, program: string): LinkError {
  const result = parse(typed)
  if (typed !== '' && !result.ok) return invalidPhone(result)
  return new LinkError('invalid-options', 'there is no number to link', {
    advice: `Give it: “${program} link "+1 202 555 0123"”, or link by QR code: “${program} link --qr”.`,
  })
}
