// paircode sessions
import { Command } from 'commander'
import type { SessionInfo } from '../../store/contract.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { existingStore } from '../opened-store.ts'
import { sessionMessage, sessionTable } from '../session/table.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

interface SessionFlags extends StoreFlag {
  readonly archived?: boolean
}

export function sessionsCommand(context: Context): Command {
  return new Command('sessions')
    .summary('list the sessions of the store')
    .description('Lists the sessions of the store: their state, number, device name, and when they were online last.')
    .option('--archived', 'those that ended or were replaced, which are kept for 7 days')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON object a line')
    .action(async (flags: SessionFlags) => {
      await listSessions(flags, context)
      context.finish(DONE)
    })
}

async function listSessions(flags: SessionFlags, context: Context): Promise<void> {
  const archived = flags.archived === true
  const sessions = await listed(flags, context)
  const { printer, clock, program } = context
  if (printer.kind === 'pipe') {
    for (const info of sessions) printer.print(sessionMessage(info), '')
    return
  }
  if (sessions.length === 0)
    return printer.say(archived ? 'The archive is empty.' : `There are no sessions yet. Link one:  ${program} link`)
  printer.screen.write(`${sessionTable(sessions, clock.now(), printer.screen).join('\n')}\n`)
  printer.say(nextStep(archived, program))
}

/** Looking makes no store where there is none. */
async function listed(flags: SessionFlags, context: Context): Promise<readonly SessionInfo[]> {
  const store = await existingStore(readEnvironment(context.variables), context, flags.store)
  try {
    return (await store?.list({ archived: flags.archived === true })) ?? []
  } finally {
    await store?.close()
  }
}

function nextStep(archived: boolean, program: string): string {
  return archived
    ? `\n  Bring back the newest of a name:  ${program} restore <session>`
    : `\n  More about one, and what to do:  ${program} status <session>`
}
