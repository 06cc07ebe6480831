// Who plays in the demo: by whom the code is typed and what the contact writes differs between unattended and attended.

import { LinkError } from '../../errors.ts'
import { instructions } from '../../instructions/instructions.ts'
import { checkedCode } from '../../linking/pairing-code.ts'
import type { Context } from '../context.ts'
import type { Printer } from '../printing/printer.ts'
import { codeArt, spacedCode } from '../terminal/code-art.ts'
import { createQuestions } from '../terminal/questions.ts'
import { centred, textWidth } from '../terminal/text-width.ts'

export interface DemoParts {
  /** Shows the code; resolves with what is typed on the phone. */
  typeCode(code: string, expiresAt: Date): Promise<string>
  writeText(): Promise<string>
}

const TEXT = 'Hello, bot!'

export function unattended(printer: Printer): DemoParts {
  let typed = false
  return {
    async typeCode(code, expiresAt) {
      // It was typed without a slip: a second time would fail as the first.
      if (typed) throw new LinkError('network', 'the emulated phone could not link')
      typed = true
      printer.print(
        { type: 'code', code, expiresAt },
        `WhatsApp accepted the pairing code ${code}. The phone types it.`,
        'step',
      )
      return code
    },
    writeText: async () => TEXT,
  }
}

/** The person at the terminal is the phone, and the contact. */
export async function attended(context: Context): Promise<DemoParts> {
  const { printer } = context
  const ask = await createQuestions(context)
  return {
    async typeCode(code) {
      printer.say('WhatsApp accepted this pairing code:', 'step')
      showCode(code, printer)
      return ask.text({ message: 'You are the phone. Type the code:', check: wrongCode })
    },
    writeText: () =>
      ask.text({
        message: 'You are a contact now. Write something to the bot:',
        initial: TEXT,
        check: (text) => (text.trim() === '' ? 'Write at least one character.' : undefined),
      }),
  }
}

function showCode(code: string, printer: Printer): void {
  if (printer.kind !== 'terminal') return
  const { columns, paint } = printer.screen
  const art = centred(codeArt(code) ?? [], Math.min(columns, 80))
  const fits = art.length > 0 && art.every((line) => textWidth(line) <= columns)
  const lines = fits ? art : [`  ${spacedCode(code)}`]
  printer.screen.write(`\n${lines.map(paint.bold).join('\n')}\n\n`)
  const taps = instructions({ code })
    .slice(0, 5)
    .map((step, at) => `  ${at + 1}. ${step}`)
  printer.say(`On a real phone, its owner would now do this:\n${taps.join('\n')}\n`)
}

function wrongCode(text: string): string | undefined {
  try {
    checkedCode(text)
    return undefined
  } catch {
    return 'A pairing code has 8 characters of 1-9 and A-Z without I, O and U.'
  }
}
