// paircode export
import { Command } from 'commander'
import { internalsOf } from '../../store/internals.ts'
import type { Context } from '../context.ts'
import { DONE } from '../exit-code.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import { holderText } from '../session/holder-text.ts'
import { namedSession, withStoreOf } from '../session/named-session.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

export function exportCommand(context: Context): Command {
  return new Command('export')
    .summary('write a session as a folder of Baileys')
    .description(
      'Writes the login and the keys of a session as files that Baileys’ useMultiFileAuthState loads, into a new or empty ' +
        'folder. They are in clear: whoever can read them has the account. The session stays in the store.',
    )
    .argument('<session>', 'as it was called when it was linked')
    .argument('<folder>', 'a new or empty folder')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line')
    .action(async (session: string, folder: string, flags: StoreFlag) => {
      await exportSession(session, folder, flags, context)
      context.finish(DONE)
    })
}

function exportSession(session: string, folder: string, flags: StoreFlag, context: Context): Promise<void> {
  const { printer, program } = context
  return withStoreOf(session, flags.store, context, async (store) => {
    const { jid } = await namedSession(session, store, context)
    await store.exportFolder(session, folder)
    const holder = await internalsOf(store).holder({ kind: 'session', key: session })
    const text = `Exported session ${session}, ${maskedNumberOf(jid)}, to ${folder}.`
    printer.print({ type: 'exported', session, jid, folder }, text, 'done')
    printer.say(
      'The files are in clear: whoever can read them has the account. They are yours alone to read (mode 600).',
      'warning',
    )
    if (holder?.isOver === false)
      printer.say(
        `${holderText(holder)} is using the session: the copy is out of date as soon as that one writes.`.replace(
          /^p/,
          'P',
        ),
        'warning',
      )
    printer.say(`
The session is in the store as well. Only one of the two may be used, or they throw each other out:

  To use the folder:  ${program} remove ${session}
  To use the store:   delete the folder`)
  })
}
