// paircode sessions
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { openedStore } from '../opened-store.ts'
import { sessionMessage, sessionTable } from '../session/table.ts'

interface SessionFlags {
  readonly store?: string
  readonly archived?: boolean
}

export function sessionsCommand(context: Context): Command {
  return new Command('sessions')
    .summary('list the sessions of the store')
    .description('Lists the sessions of the store: their state, number, device name, and when they were online last.')
    .option('--archived', 'those that ended or were replaced, which are kept for 7 days')
    .option(
      '--store <address>',
      'where sessions are kept (default: PAIRCODE_STORE, else sqlite:./.paircode/sessions.db)',
    )
    .option('--json', 'one JSON object a line')
    .action(async (flags: SessionFlags) => {
      await listSessions(flags, context)
      context.finish(DONE)
    })
}

async function listSessions(flags: SessionFlags, context: Context): Promise<void> {
  const { printer, clock, program } = context
  const { store, tellOfNewKey } = await openedStore(readEnvironment(context.variables), context, flags.store)
  try {
    tellOfNewKey()
    const archived = flags.archived === true
    const sessions = await store.list({ archived })
    if (printer.kind === 'pipe') for (const info of sessions) printer.print(sessionMessage(info), '')
    else if (sessions.length > 0)
      printer.screen.write(`${sessionTable(sessions, clock.now(), printer.screen).join('\n')}\n`)
    else printer.say(archived ? 'The archive is empty.' : `There are no sessions yet. Link one:  ${program} link`)
  } finally {
    await store.close()
  }
}
