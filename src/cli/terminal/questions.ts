// Asking people on a terminal.
import { LinkError } from '../../errors.ts'
import type { Context } from '../context.ts'

export interface Choice<Value> {
  readonly value: Value
  readonly label: string
  readonly hint?: string
}

/** Every question ends with an answer, or with LinkError `cancelled` on Ctrl-C and Escape. */
export interface Questions {
  /** `check` returns what is wrong with the text as it stands; it can then be corrected in place. */
  text(question: {
    readonly message: string
    readonly placeholder?: string
    readonly initial?: string
    readonly check: (text: string) => string | undefined
  }): Promise<string>
  choose<Value>(message: string, choices: readonly Choice<Value>[]): Promise<Value>
  /** Enter alone means no. */
  confirm(message: string): Promise<boolean>
}

export async function createQuestions({ stdin, stdout }: Pick<Context, 'stdin' | 'stdout'>): Promise<Questions> {
  const clack = await import('@clack/prompts')
  const streams = { input: stdin, output: stdout }

  const answered = <Answer>(answer: Answer | typeof clack.CANCEL_SYMBOL): Answer => {
    if (clack.isCancel(answer)) throw new LinkError('cancelled', 'cancelled before anything was sent')
    return answer
  }

  return {
    async text({ message, placeholder, initial, check }) {
      const answer = await clack.text({
        ...streams,
        message,
        ...(placeholder === undefined ? {} : { placeholder }),
        ...(initial === undefined ? {} : { initialValue: initial }),
        validate: (text) => check(text ?? ''),
      })
      return answered(answer).trim()
    },
    confirm: async (message) => answered(await clack.confirm({ ...streams, message, initialValue: false })),
    async choose<Value>(message: string, choices: readonly Choice<Value>[]) {
      // Chosen by its place: the values of clack's options must be plain ones for their types to work out.
      const options = choices.map(({ label, hint }, at) => ({
        value: at,
        label,
        ...(hint === undefined ? {} : { hint }),
      }))
      const at = answered(await clack.select<number>({ ...streams, message, options }))
      const chosen = choices[at]
      if (chosen === undefined) throw new LinkError('cancelled', 'nothing was chosen')
      return chosen.value
    },
  }
}
