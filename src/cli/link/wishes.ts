// What is to be linked, as it was said on the command line or asked for afterwards. Checked before anything is touched.
import { LinkError } from '../../errors.ts'
import type { Context } from '../context.ts'
import { createQuestions, type Questions } from '../terminal/questions.ts'
import { askPhone, type PhoneReading } from './ask-phone.ts'
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

/**
 * @param typed the number as given; empty when it was left out
 * @throws LinkError invalid-phone · invalid-session · invalid-device · invalid-options · cancelled
 */
export async function linkWishes(typed: string, flags: LinkFlags, context: Context): Promise<LinkWishes> {
  await checkNames(flags)
  const reading = await phoneReading(flags)
  const result = typed === '' ? undefined : reading.parse(typed)
  const complete = result === undefined ? flags.qr === true : result.ok
  const ask = !complete && context.interactive ? await createQuestions(context) : undefined
  if (ask !== undefined) context.printer.say(WELCOME)
  const phone = result?.ok === true ? result.e164 : await missingPhone(typed, flags, reading, ask, context)
  return {
    phone,
    session: flags.session ?? defaultSessionName(flags.deviceName),
    sessionIsGuessed: flags.session === undefined,
    ask,
  }
}

async function checkNames({ session, deviceName }: LinkFlags): Promise<void> {
  const { checkedSessionName } = await import('../../store/session-name.ts')
  const { resolveDevice } = await import('../../linking/device.ts')
  if (session !== undefined) checkedSessionName(session)
  if (deviceName !== undefined) resolveDevice({ name: deviceName }, process.platform)
}

async function phoneReading({ country, anyway }: LinkFlags): Promise<PhoneReading> {
  const [{ parsePhone }, { formatPhone }] = await Promise.all([
    import('../../phone/parse.ts'),
    import('../../phone/format.ts'),
  ])
  const options = { lenient: anyway === true, ...(country === undefined ? {} : { defaultCountry: country }) }
  return { parse: (input) => parsePhone(input, options), format: formatPhone }
}

async function missingPhone(
  typed: string,
  flags: LinkFlags,
  reading: PhoneReading,
  ask: Questions | undefined,
  { program }: Context,
): Promise<string | undefined> {
  if (typed === '' && flags.qr === true) return undefined
  if (ask === undefined) throw typed === '' ? noPhone(program) : refusedPhone(typed, reading)
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

function noPhone(program: string): LinkError {
  return new LinkError('invalid-options', 'there is no number to link', {
    advice: `Give it: ${program} link "+1 202 555 0123". Or link by QR code: ${program} link --qr.`,
  })
}

function refusedPhone(typed: string, { parse }: PhoneReading): LinkError {
  const result = parse(typed)
  if (result.ok) return new LinkError('invalid-phone', 'the number cannot be used')
  return new LinkError('invalid-phone', `the number cannot be used (${result.reason})`, { advice: result.advice })
}
