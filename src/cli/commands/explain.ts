// paircode explain
import { Command } from 'commander'
import { LinkError } from '../../errors.ts'
import { maskNumbers } from '../../session/log-masking.ts'
import type { Context } from '../context.ts'
import { DONE } from '../exit-code.ts'
import { EXPLAINED, EXPLANATIONS, type Explanation, isExplained } from '../printing/explanations.ts'
import { readableColumns } from '../terminal/screen.ts'
import { wrap } from '../terminal/text-width.ts'

export function explainCommand(context: Context): Command {
  return new Command('explain')
    .summary('say what an error means and what to do')
    .description('Says what happened, why it can happen, and what to do, for an error code.')
    .argument('<error code>', 'as printed with the error')
    .option('--json', 'as one JSON object')
    .action((code: string) => {
      explain(code.trim().toLowerCase(), context)
      context.finish(DONE)
    })
}

function explain(code: string, { printer }: Context): void {
  if (!isExplained(code))
    throw new LinkError('invalid-options', `there is no error code “${maskNumbers(code).slice(0, 80)}”`, {
      advice: `The codes are: ${[...EXPLAINED].sort().join(', ')}`,
    })
  const explanation = EXPLANATIONS[code]
  const columns = printer.kind === 'terminal' ? readableColumns(printer.screen) : 80
  printer.print({ type: 'explanation', code, ...explanation }, explanationText(code, explanation, columns))
}

function explanationText(code: string, { happened, why, todo }: Explanation, columns: number): string {
  const steps = todo.flatMap((step) => wrap(`- ${step}`, columns, '  '))
  return [code, '', ...wrap(happened, columns), '', ...wrap(`Why: ${why}`, columns), '', 'What to do:', ...steps].join(
    '\n',
  )
}
