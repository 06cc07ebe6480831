// paircode connect
import { Command } from 'commander'
import type { ConnectionState } from '../../session/connection.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { type Echoed, echo } from '../echo.ts'
import { exitCodeOfStop } from '../exit-code.ts'
import { createLog } from '../log.ts'
import { maskedNumberOf, maskJid } from '../masking.ts'
import { openedStore } from '../opened-store.ts'
import { stateText } from '../stop-words.ts'
import { ConnectionStopped } from '../connection-stopped.ts'
import { timeOfDay } from '../words.ts'

interface ConnectFlags {
  readonly store?: string
  readonly echo?: boolean
}

export function connectCommand(context: Context): Command {
  return new Command('connect')
    .summary('keep a linked session online')
    .description('Keeps a linked session online until Ctrl-C, and prints its states. Reconnects by itself.')
    .argument('<session>', 'as it was called when it was linked')
    .option('--echo', 'answer each text with the same text, to try it out')
    .option('--store <address>', 'where sessions are kept (default: PAIRCODE_STORE, else sqlite:./.paircode/sessions.db)')
    .option('--json', 'one JSON event a line')
    .action((session: string, flags: ConnectFlags) => keepOnline(session, flags, context))
}

async function keepOnline(session: string, flags: ConnectFlags, context: Context): Promise<void> {
  const environment = readEnvironment(context.variables)
  const { checkedSessionName } = await import('../../store/session-name.ts')
  checkedSessionName(session)
  const store = await openedStore(environment, context, flags.store)
  try {
    const { connect } = await import('../../index.ts')
    const logger = await createLog(environment.log, context.stderr)
    const { endpoint } = environment
    const info = await store.get(session)
    const connection = connect({ session, store, logger, clock: context.clock, ...(endpoint === undefined ? {} : { endpoint }) })
    const stopListening = context.interrupts.listen(() => void connection.close())
    let last: ConnectionState = connection.state
    connection.on('state', (state) => {
      last = state
      tellState(state, info?.jid, context)
    })
    tellState(last, info?.jid, context)
    if (flags.echo === true) connection.on('socket', (socket) => echo(socket, tellEchoes(context)))
    const reason = await connection.stopped
    stopListening()
    if (reason !== 'closed') throw new ConnectionStopped(reason, last)
    context.printer.say(`Closed. The session stays linked; again:  ${context.program} connect ${session}`)
    context.finish(exitCodeOfStop(reason))
  } finally {
    await store.close()
  }
}

/** An end that nobody wished is told as an error, once. */
function tellState(state: ConnectionState, jid: string | undefined, { printer, clock }: Context): void {
  const { name, ...details } = state
  const who = name === 'online' && jid !== undefined ? ` as ${maskedNumberOf(jid)}. Ctrl-C stops it.` : ''
  const sentence = `${timeOfDay(new Date(clock.now()))}  ${stateText(state)}${who}`
  printer.print({ type: 'state', state: name, ...details }, name === 'stopped' ? '' : sentence, name === 'online' ? 'done' : 'step')
}

function tellEchoes({ printer }: Context) {
  return {
    onEcho: ({ jid, text }: Echoed) =>
      printer.print({ type: 'echo', jid: maskJid(jid), text }, `echo to ${maskedNumberOf(jid)}: ${text}`, 'step'),
    onError: () => printer.print({ type: 'echo-failed' }, 'an answer could not be sent', 'warning'),
  }
}
