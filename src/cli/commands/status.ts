// paircode status
import { Command } from 'commander'
import { internalsOf } from '../../store/internals.ts'
import type { Context } from '../context.ts'
import { DONE } from '../exit-code.ts'
import { namedSession, withStoreOf } from '../session/named-session.ts'
import { statusLines } from '../session/status-text.ts'
import { sessionMessage } from '../session/table.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

export function statusCommand(context: Context): Command {
  return new Command('status')
    .summary('say how a session is, and who uses it')
    .description(
      'Says how one session of the store is: its state, number and device name, when it was online last, which process ' +
        'uses it now, and what to do next. Asks WhatsApp nothing.',
    )
    .argument('<session>', 'as it was called when it was linked')
    .option(...STORE_OPTION)
    .option('--json', 'as one JSON object')
    .action(async (session: string, flags: StoreFlag) => {
      await tellStatus(session, flags, context)
      context.finish(DONE)
    })
}

function tellStatus(session: string, flags: StoreFlag, context: Context): Promise<void> {
  const { printer, clock, program } = context
  return withStoreOf(session, flags.store, context, async (store) => {
    const info = await namedSession(session, store, context)
    const holder = await internalsOf(store).holder({ kind: 'session', key: session })
    const archived = (await store.list({ archived: true })).filter((one) => one.session === session).length
    const message = {
      ...sessionMessage(info),
      heldBy: holder?.isOver === false ? { host: holder.host, pid: holder.pid } : null,
      archived,
    }
    printer.print(message, statusLines({ info, holder, archived, now: clock.now(), program }).join('\n'))
  })
}
