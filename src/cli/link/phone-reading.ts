// What counts as a number that can be linked here.
import { LinkError } from '../../errors.ts'

export type PhoneRead =
  | { readonly ok: true; readonly e164: string }
  | {
      readonly ok: false
      /** What is wrong, for the error. */
      readonly problem: string
      /** What to change, for the person. */
      readonly advice: string
      /** In E.164. */
      readonly suggestions: readonly string[]
    }

export interface PhoneReading {
  readonly parse: (input: string) => PhoneRead
  /** For people: `+1 202 555 0123`. */
  readonly format: (e164: string) => string
}

export interface ReadingOptions {
  readonly country: string | undefined
  readonly lenient: boolean
  /** Example numbers have a phone behind them only there. */
  readonly emulator: boolean
}

/** Loads the metadata of all countries: not before a number has to be read. */
export async function createPhoneReading({ country, lenient, emulator }: ReadingOptions): Promise<PhoneReading> {
  const [{ parsePhone }, { formatPhone }, { isReservedExample }] = await Promise.all([
    import('../../phone/parse.ts'),
    import('../../phone/format.ts'),
    import('../../phone/reserved.ts'),
  ])
  return {
    format: formatPhone,
    parse(input) {
      const result = parsePhone(input, { lenient, defaultCountry: country })
      if (!result.ok) return { ...result, problem: `the number cannot be used (${result.reason})` }
      return !emulator && isReservedExample(result.e164) ? EXAMPLE : { ok: true, e164: result.e164 }
    },
  }
}

const EXAMPLE: PhoneRead = {
  ok: false,
  problem: 'that is an example number',
  advice: 'Give the number of the phone that has WhatsApp. Example numbers work with the emulator only.',
  suggestions: [],
}

export function invalidPhone({ problem, advice }: Extract<PhoneRead, { ok: false }>): LinkError {
  return new LinkError('invalid-phone', problem, { advice })
}
