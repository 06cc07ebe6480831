// paircode logout
import { Command } from 'commander'
import { LinkError } from '../../errors.ts'
import type { ConnectionState } from '../../session/connection.ts'
import type { SessionInfo, Store } from '../../store/contract.ts'
import { internalsOf } from '../../store/internals.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { leadConsoleInto } from '../printing/console-to-log.ts'
import { createLog } from '../printing/log.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import { ConnectionStopped } from '../session/connection-stopped.ts'
import { type LogOut, logOut } from '../session/log-out.ts'
import { namedSession, withStoreOf } from '../session/named-session.ts'
import { sessionBusy } from '../session/sole-use.ts'
import { stateText } from '../session/state-words.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

interface LogoutFlags extends StoreFlag {
  readonly limit?: string
}

export function logoutCommand(context: Context): Command {
  return new Command('logout')
    .summary('unlink a session on WhatsApp, and remove it')
    .description(
      'Logs in once more, asks WhatsApp to unlink this device, waits for the answer, and takes the session out of the ' +
        'store. The phone then lists it no more. Where that fails the session stays as it was.',
    )
    .argument('<session>', 'as it was called when it was linked')
    .option('--limit <seconds>', 'give up when WhatsApp was not reached by then (default: 60)')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line')
    .action(async (session: string, flags: LogoutFlags) => {
      await logOutSession(session, flags, context)
      context.finish(DONE)
    })
}

function logOutSession(session: string, flags: LogoutFlags, context: Context): Promise<void> {
  const limitMs = limitOf(flags.limit ?? '60')
  return withStoreOf(session, flags.store, context, async (store) => {
    const info = await namedSession(session, store, context)
    const how = info.state === 'logged-out' ? 'was-unlinked' : await unlink(info, limitMs, store, context)
    // After our own log-out it is gone already.
    if ((await store.get(session)) !== undefined) await store.remove(session)
    report(info, how, context)
  })
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text) * 1000
  throw new LinkError('invalid-options', '--limit must be a whole number of seconds from 1 to 9999')
}

async function unlink(info: SessionInfo, limitMs: number, store: Store, context: Context): Promise<LogOut> {
  const { session } = info
  const { clock, interrupts, printer, program, variables, stderr } = context
  const { endpoint, log } = readEnvironment(variables)
  const logger = await createLog(log, stderr)
  const restoreConsole = leadConsoleInto(logger)
  try {
    const { connect } = await import('../../index.ts')
    printer.say(`Logging session ${session} out, ${maskedNumberOf(info.jid)}. Ctrl-C leaves it as it is.`)
    const connection = connect({ session, store, logger, clock, ...(endpoint === undefined ? {} : { endpoint }) })
    return await logOut({
      connection,
      limitMs,
      clock,
      interrupts,
      onState: stateTeller(context),
      onAsk: () => printer.print({ type: 'asking' }, 'online; asking WhatsApp to unlink this device …', 'step'),
    })
  } catch (thrown) {
    throw await withNextStep(thrown, session, store, program)
  } finally {
    restoreConsole()
  }
}

/** Each state once; the end is told by whoever waits for it, and online by the question that follows at once. */
function stateTeller({ printer }: Context): (state: ConnectionState) => void {
  let told: ConnectionState['name'] | undefined
  return (state) => {
    if (state.name === 'stopped' || (state.name === 'connecting' && told === 'connecting')) return
    told = state.name
    const { name, ...details } = state
    printer.print({ type: 'state', state: name, ...details }, name === 'online' ? '' : stateText(state), 'step')
  }
}

/** What can be done about it is not the same as for a bot that stopped. */
async function withNextStep(thrown: unknown, session: string, store: Store, program: string): Promise<unknown> {
  const phone = `on the phone, under “Linked devices”, and then type “${program} remove ${session}”`
  if (thrown instanceof LinkError && thrown.code === 'network')
    return new LinkError('network', thrown.message, {
      cause: thrown,
      advice: `The session stays as it was. Try again when there is a connection; or log the device out ${phone}.`,
    })
  if (!(thrown instanceof ConnectionStopped)) return thrown
  if (thrown.reason === 'session-busy') {
    const holder = await internalsOf(store).holder({ kind: 'session', key: session })
    return holder?.isOver !== false ? thrown : sessionBusy(session, holder, program)
  }
  const { reason, until } = thrown
  const advice = `WhatsApp was not told, so the phone may still list the device: log it out ${phone}.`
  return new ConnectionStopped(reason, { advice, until })
}

function report({ session, jid, deviceName }: SessionInfo, how: LogOut, { printer, program }: Context): void {
  const device = deviceName === '' ? 'The device' : `“${deviceName}”`
  const number = maskedNumberOf(jid)
  printer.print(
    { type: 'logged-out', session, jid, alreadyUnlinked: how === 'was-unlinked' },
    how === 'unlinked'
      ? `Logged session ${session} out. ${device} is no longer linked to ${number}, and the session is out of the store.`
      : `WhatsApp had unlinked session ${session}, ${number}, before. It was taken out of the store.`,
    'done',
  )
  printer.say(`\n  Link it again:  ${program} link --session ${session}`)
}
