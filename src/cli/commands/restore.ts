// paircode restore
import { Command } from 'commander'
import type { SessionInfo, Store } from '../../store/contract.ts'
import type { Context } from '../context.ts'
import { DONE } from '../exit-code.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import { ago } from '../printing/words.ts'
import { withStoreOf } from '../session/named-session.ts'
import { withSoleUse } from '../session/sole-use.ts'
import { sessionMessage } from '../session/table.ts'
import { refuseTwin } from '../session/twin.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

export function restoreCommand(context: Context): Command {
  return new Command('restore')
    .summary('bring a session back from the archive')
    .description(
      'Brings back the newest archived login of a name. Logins go to the archive when a session is removed, replaced or ' +
        'ended, and stay there for 7 days. One that WhatsApp unlinked can be brought back, but not logged in with.',
    )
    .argument('<session>', 'as “sessions --archived” lists it')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line')
    .action(async (session: string, flags: StoreFlag) => {
      await restoreSession(session, flags, context)
      context.finish(DONE)
    })
}

function restoreSession(session: string, flags: StoreFlag, context: Context): Promise<void> {
  return withStoreOf(session, flags.store, context, async (store) => {
    const before = await newestArchived(session, store)
    if (before !== undefined)
      await refuseTwin({ jid: before.jid, session }, store, 'nothing was restored', context.program)
    await withSoleUse(session, store, context, () => store.restore(session))
    const info = await store.get(session)
    if (info !== undefined) tell(info, before, context)
  })
}

/** As the archive has it: why it went there is no longer known once it is back. */
async function newestArchived(session: string, store: Store): Promise<SessionInfo | undefined> {
  return (await store.list({ archived: true })).find((one) => one.session === session)
}

function tell(info: SessionInfo, before: SessionInfo | undefined, { printer, clock, program }: Context): void {
  const { session } = info
  printer.print(
    { ...sessionMessage(info), type: 'restored' },
    `Restored session ${session}: ${whatItIs(info, clock.now())}.`,
    'done',
  )
  const link = `${program} link --session ${session} --replace`
  if (before?.state === 'logged-out')
    printer.say(`WhatsApp had unlinked this login, so it will hardly be taken again. To link anew:  ${link}`, 'warning')
  if (before?.state === 'bad-session')
    printer.say(`This login could not be used before, and is as it was. To link anew:  ${link}`, 'warning')
  printer.say(`\n  Try it:  ${program} connect ${session}`)
}

function whatItIs({ jid, deviceName, createdAt, lastOnlineAt }: SessionInfo, now: number): string {
  const device = deviceName === '' ? '' : `, “${deviceName}”`
  const online = lastOnlineAt === undefined ? 'never online from here' : `last online ${ago(lastOnlineAt, now)}`
  return `${maskedNumberOf(jid)}${device}, stored ${ago(createdAt, now)}, ${online}`
}
