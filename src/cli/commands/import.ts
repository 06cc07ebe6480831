// paircode import
import { Command } from 'commander'
import { StoreError } from '../../errors.ts'
import type { Store } from '../../store/contract.ts'
import type { Context } from '../context.ts'
import { quoted } from '../doctor/words.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { freeSessionName } from '../link/session-names.ts'
import { openedStore } from '../opened-store.ts'
import { sessionNameOfFolder } from '../session/folder-name.ts'
import { peekIntoFolder } from '../session/folder-peek.ts'
import { afterImport, importMessage, importText, skippedText } from '../session/import-text.ts'
import { refuseTwin } from '../session/twin.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

interface ImportFlags extends StoreFlag {
  readonly session?: string
}

export function importCommand(context: Context): Command {
  return new Command('import')
    .summary('take over a folder of Baileys')
    .description(
      'Takes over the login and the keys of a folder that Baileys’ useMultiFileAuthState made (auth_info_baileys): all of ' +
        'it, or nothing. The folder is not changed. Stop the bot that uses it before, and delete it afterwards.',
    )
    .argument('<folder>', 'the folder that holds creds.json')
    .option('--session <name>', 'what the session is called (default: from the folder’s name, else "main")')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line')
    .addHelpText('after', `\nWhat is wrong with a folder that is refused:  ${context.program} doctor <folder>`)
    .action(async (folder: string, flags: ImportFlags) => {
      await importInto(folder, flags, context)
      context.finish(DONE)
    })
}

async function importInto(folder: string, flags: ImportFlags, context: Context): Promise<void> {
  const { printer, program, clock } = context
  const environment = readEnvironment(context.variables)
  const { checkedSessionName } = await import('../../store/session-name.ts')
  if (flags.session !== undefined) checkedSessionName(flags.session)
  // Before a store is opened: for a folder that cannot be taken none is made.
  const { jid, changedAt } = await peekIntoFolder(folder).catch(withDoctor(folder, program))
  const { store, tellOfNewKey } = await openedStore(environment, context, flags.store)
  try {
    tellOfNewKey()
    await refuseTwin({ jid }, store, 'nothing was imported', program)
    if (clock.now() - changedAt < RECENT_MS) printer.print({ type: 'warning', code: 'in-use' }, IN_USE, 'warning')
    const session = flags.session ?? (await freeName(sessionNameOfFolder(folder), store))
    const report = await store.importFolder(folder, session).catch(withDoctor(folder, program))
    const imported = { session, folder, report, program }
    printer.print(importMessage(imported), importText(imported), 'done')
    const skipped = skippedText(imported)
    if (skipped !== undefined) printer.say(skipped, 'warning')
    printer.say(afterImport(imported))
  } finally {
    await store.close()
  }
}

/** A refusal names the first file; there may be more. */
function withDoctor(folder: string, program: string): (thrown: unknown) => never {
  return (thrown) => {
    if (!(thrown instanceof StoreError) || thrown.code !== 'broken-folder') throw thrown
    const advice = `${thrown.advice} All that is wrong with it: “${program} doctor ${quoted(folder)}”.`
    throw new StoreError('broken-folder', thrown.message, { advice, cause: thrown })
  }
}

const IN_USE =
  'The folder was written less than a minute ago. Is a bot running on it? Stop it before you connect from here.'

/** ms; Baileys writes something at least that often while messages come in. */
const RECENT_MS = 60_000

/** Names of sessions that ended may be taken over: their logins stay in the archive. */
async function freeName(wanted: string, store: Store): Promise<string> {
  return freeSessionName(wanted, new Set((await store.list()).map(({ session }) => session)))
}
