// paircode connect
import { Command } from 'commander'
import type { Connection, ConnectionState } from '../../session/connection.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { storeOfSession } from '../opened-store.ts'
import { leadConsoleInto } from '../printing/console-to-log.ts'
import { EXPLANATIONS } from '../printing/explanations.ts'
import { createLog } from '../printing/log.ts'
import { maskedNumberOf, maskJid } from '../printing/masking.ts'
import { timeOfDay } from '../printing/words.ts'
import { ConnectionStopped } from '../session/connection-stopped.ts'
import { type Echoed, echo } from '../session/echo.ts'
import { namedSession } from '../session/named-session.ts'
import { stateText } from '../session/state-words.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

interface ConnectFlags extends StoreFlag {
  readonly echo?: boolean
}

export function connectCommand(context: Context): Command {
  return new Command('connect')
    .summary('keep a linked session online')
    .description('Keeps a linked session online until Ctrl-C, and prints its states. Reconnects by itself.')
    .argument('<session>', 'as it was called when it was linked')
    .option('--echo', 'answer each text with the same text, to try it out')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line')
    .action(async (session: string, flags: ConnectFlags) => {
      await keepOnline(session, flags, context)
      context.printer.say(`Closed. The session stays linked. Again:  ${context.program} connect ${session}`)
      context.finish(DONE)
    })
}

async function keepOnline(session: string, flags: ConnectFlags, context: Context): Promise<void> {
  const environment = readEnvironment(context.variables)
  const { checkedSessionName } = await import('../../store/session-name.ts')
  checkedSessionName(session)
  const logger = await createLog(environment.log, context.stderr)
  const store = await storeOfSession(session, environment, context, flags.store)
  const restoreConsole = leadConsoleInto(logger)
  try {
    const { jid } = await namedSession(session, store, context)
    const { connect } = await import('../../index.ts')
    const { endpoint } = environment
    const options = { session, store, logger, clock: context.clock }
    const connection = connect(endpoint === undefined ? options : { ...options, endpoint })
    if (flags.echo === true) connection.on('socket', (socket) => echo(socket, echoTellers(context)))
    await untilClosed(connection, { session, jid }, context)
  } finally {
    await store.close()
    restoreConsole()
  }
}

/** @throws ConnectionStopped for an end that nobody asked for */
async function untilClosed(
  connection: Connection,
  { session, jid }: { readonly session: string; readonly jid: string },
  context: Context,
): Promise<void> {
  const stopListening = context.interrupts.listen(() => void connection.close())
  let told: ConnectionState | undefined
  const tell = (state: ConnectionState): void => {
    // A state may be told again, and was there already when this listener came.
    if (state.name === 'connecting' && told?.name === 'connecting') return
    told = state
    tellState(state, jid, context)
  }
  try {
    tell(connection.state)
    connection.on('state', tell)
    const reason = await connection.stopped
    if (reason === 'closed') return
    const { state } = connection
    throw new ConnectionStopped(reason, {
      until: state.name === 'stopped' ? state.until : undefined,
      advice: adviceFor(reason, session, context.program),
    })
  } finally {
    stopListening()
  }
}

/** As explained, with this session in it, ready to be typed. */
function adviceFor(reason: ConnectionStopped['reason'], session: string, program: string): string {
  const advice = EXPLANATIONS[reason].todo.join(' ')
  return advice.replaceAll(/<(?:session|name)>/g, session).replaceAll('“paircode ', `“${program} `)
}

/** The end is told by whoever waits for it. */
function tellState(state: ConnectionState, jid: string, { printer, clock }: Context): void {
  const { name, ...details } = state
  const message = { type: 'state', state: name, ...details }
  if (name === 'stopped') return printer.print(message, '')
  const who = name === 'online' ? ` as ${maskedNumberOf(jid)}. Ctrl-C stops it.` : ''
  printer.print(
    message,
    `${timeOfDay(new Date(clock.now()))} ${stateText(state)}${who}`,
    name === 'online' ? 'done' : 'step',
  )
}

function echoTellers({ printer }: Context) {
  return {
    onEcho: ({ jid, text }: Echoed) =>
      printer.print({ type: 'echo', jid: maskJid(jid), text }, `echo to ${maskedNumberOf(jid)}: ${text}`, 'step'),
    onError: () => printer.print({ type: 'echo-failed' }, 'An answer could not be sent.', 'warning'),
  }
}
