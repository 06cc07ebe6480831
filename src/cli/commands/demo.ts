// paircode demo
import { Command } from 'commander'
import { LinkError } from '../../errors.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { leadConsoleInto } from '../printing/console-to-log.ts'
import { createLog } from '../printing/log.ts'

interface DemoFlags {
  readonly auto?: boolean
  readonly refuse?: string
}

export function demoCommand(context: Context): Command {
  return new Command('demo')
    .summary('see it work, without a phone')
    .description(
      'Links a number by pairing code, brings a bot online and lets it answer a text, against an emulator in this process. ' +
        'You are the phone and the contact; with --auto, or without a terminal, nobody is asked. Nothing is stored or sent.',
    )
    .option('--auto', 'unattended')
    .option('--refuse <code>', 'let WhatsApp refuse the code request: 400, 403, 429, 452, 500 …')
    .option('--json', 'one JSON event a line; implies --auto')
    .action(async (flags: DemoFlags) => {
      await demo(flags, context)
      context.finish(DONE)
    })
}

async function demo(flags: DemoFlags, context: Context): Promise<void> {
  const refuse = codeOf(flags.refuse)
  const logger = await createLog(readEnvironment({ PAIRCODE_LOG: context.variables.PAIRCODE_LOG }).log, context.stderr)
  const { tellStory } = await import('../demo/story.ts')
  const restoreConsole = leadConsoleInto(logger)
  try {
    await tellStory({ auto: flags.auto === true || !context.interactive, refuse, logger }, context)
  } finally {
    restoreConsole()
  }
  context.printer.say(nextSteps(context.program))
}

function codeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{2}$/.test(text)) return Number(text)
  throw new LinkError('invalid-options', '--refuse takes a number of three digits, such as 403')
}

function nextSteps(program: string): string {
  return `
That was all. With your own phone:

  ${program} link          links your number
  ${program} connect main  keeps it online`
}
