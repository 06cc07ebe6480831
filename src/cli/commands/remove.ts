// paircode remove
import { Command } from 'commander'
import { LinkError } from '../../errors.ts'
import type { SessionInfo } from '../../store/contract.ts'
import type { Context } from '../context.ts'
import { DONE } from '../exit-code.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import { namedSession, withStoreOf } from '../session/named-session.ts'
import { withSoleUse } from '../session/sole-use.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'
import { createQuestions } from '../terminal/questions.ts'

interface RemoveFlags extends StoreFlag {
  readonly yes?: boolean
}

export function removeCommand(context: Context): Command {
  return new Command('remove')
    .summary('take a session out of the store')
    .description(
      'Takes a session out of the store. Its login stays in the archive for 7 days and can be restored. WhatsApp is not ' +
        'told: the phone goes on listing the device. To unlink it there, use “logout” instead.',
    )
    .argument('<session>', 'as it was called when it was linked')
    .option('--yes', 'do not ask; needed where nobody can be asked')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line, and no question')
    .action(async (session: string, flags: RemoveFlags) => {
      await removeSession(session, flags, context)
      context.finish(DONE)
    })
}

function removeSession(session: string, flags: RemoveFlags, context: Context): Promise<void> {
  const { printer, program } = context
  return withStoreOf(session, flags.store, context, async (store) => {
    const info = await namedSession(session, store, context)
    if (flags.yes !== true) await confirmed(info, context)
    await withSoleUse(session, store, context, () => store.remove(session))
    printer.print(
      { type: 'removed', session, jid: info.jid },
      `Removed session ${session}, ${whatItWas(info)}.`,
      'done',
    )
    printer.say(aftermath(info, program))
  })
}

/** @throws LinkError `cancelled` · `invalid-options` where nobody can be asked */
async function confirmed(info: SessionInfo, context: Context): Promise<void> {
  const { session } = info
  if (!context.interactive)
    throw new LinkError('invalid-options', `nobody can be asked here whether to remove session ${session}`, {
      advice: `If it shall go: “${context.program} remove ${session} --yes”.`,
    })
  context.printer.say(
    `WhatsApp is not told: the phone goes on listing the device. To unlink it:  ${context.program} logout ${session}\n`,
  )
  const ask = await createQuestions(context)
  if (await ask.confirm(`Remove session ${session}, ${whatItWas(info)}?`)) return
  throw new LinkError('cancelled', 'nothing was removed', { advice: 'The session is as it was.' })
}

function whatItWas({ jid, state, deviceName }: SessionInfo): string {
  const device = deviceName === '' ? '' : `, “${deviceName}”`
  return `${maskedNumberOf(jid)}${device} (${state})`
}

/** What is left of it, and where. */
function aftermath({ session, state }: SessionInfo, program: string): string {
  if (state === 'logged-out') return '  WhatsApp had unlinked it before: nothing is left to do.'
  const restore = `  Bring it back, for 7 days:  ${program} restore ${session}`
  if (state === 'bad-session') return restore
  return (
    '  The phone still lists the device: log it out there under “Linked devices”, or bring the session back and let ' +
    `“logout” do it.\n\n${restore}`
  )
}
