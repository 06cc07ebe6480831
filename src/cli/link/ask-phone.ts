// The question for the number. A slip is corrected on the spot; a likely number is offered to choose.
import type { Questions } from '../terminal/questions.ts'
import type { PhoneRead, PhoneReading } from './phone-reading.ts'

/** What is offered when the number was refused with suggestions: one of them, or to type again. */
type Offer = { readonly e164: string } | 'type again'

/** The number in E.164. `typed`: what was given on the command line and refused. */
export async function askPhone(ask: Questions, reading: PhoneReading, typed = ''): Promise<string> {
  let text = typed === '' ? await typeNumber(ask, reading, QUESTION) : typed
  for (;;) {
    const result = reading.parse(text)
    if (result.ok) return result.e164
    const offer = result.suggestions.length === 0 ? 'type again' : await offered(ask, reading, result)
    if (offer !== 'type again') return offer.e164
    text = await typeNumber(ask, reading, `${result.advice} ${QUESTION}`, text)
  }
}

const QUESTION = 'The number of the WhatsApp account, country code first:'

/** A refusal without suggestions keeps the question open, with the text still there to be corrected. */
function typeNumber(ask: Questions, { parse }: PhoneReading, message: string, initial?: string): Promise<string> {
  return ask.text({
    message,
    placeholder: '+1 202 555 0123',
    ...(initial === undefined ? {} : { initial }),
    check(text) {
      const result = parse(text)
      return result.ok || result.suggestions.length > 0 ? undefined : result.advice
    },
  })
}

function offered(ask: Questions, { format }: PhoneReading, refused: Extract<PhoneRead, { ok: false }>): Promise<Offer> {
  const choices = refused.suggestions.map((e164) => ({ value: { e164 } as Offer, label: format(e164) }))
  return ask.choose(`${refused.advice} Did you mean:`, [
    ...choices,
    { value: 'type again', label: 'None of these: type it again' },
  ])
}
