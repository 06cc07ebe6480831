// paircode worker
import { Command } from 'commander'
import { deferred } from '../../lib/deferred.ts'
import type { ConnectionState } from '../../session/connection.ts'
import { maskSecrets } from '../../session/log-masking.ts'
import type { Store } from '../../store/contract.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { openedStore } from '../opened-store.ts'
import { leadLibsignalInto } from '../printing/console-to-log.ts'
import { createLog } from '../printing/log.ts'
import { timeOfDay } from '../printing/words.ts'
import { stateText } from '../session/state-words.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'
import { botOf } from '../worker/bot-module.ts'
import { createNewsFilter } from '../worker/news-filter.ts'

export function workerCommand(context: Context): Command {
  return new Command('worker')
    .summary('keep every linked session online, with a module of yours')
    .description(
      'Keeps every linked session of the store online until Ctrl-C, and gives each fresh Baileys socket to your module: a ' +
        'JavaScript file with “export default (socket, session) => { … }”. Sessions that are linked later are found within 30 s. ' +
        'Of several workers on one store each session has one; when that one ends, another takes it over.',
    )
    .argument('<module>', 'the file, for example ./bot.js')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line')
    .action(async (module: string, flags: StoreFlag) => {
      await work(module, flags, context)
      context.printer.say('Closed. The sessions stay linked.')
      context.finish(DONE)
    })
}

async function work(module: string, flags: StoreFlag, context: Context): Promise<void> {
  const environment = readEnvironment(context.variables)
  const logger = await createLog(environment.log, context.stderr)
  const restoreConsole = leadLibsignalInto(logger, context.stderr)
  const watched = watchModule((thrown) => {
    logger.error({ err: thrown }, 'a listener of the module threw')
    tellThrown(thrown, undefined, context)
  })
  try {
    // Before a store is made: a module that does not load would leave one behind.
    const bot = await botOf(module, context.clock)
    const { store, tellOfNewKey } = await openedStore(environment, context, flags.store)
    try {
      tellOfNewKey()
      const { createKeeper } = await import('../../session/keeper.ts')
      const { WHATSAPP } = await import('../../wire/endpoint.ts')
      const isNews = createNewsFilter()
      const keeper = createKeeper({
        store,
        endpoint: environment.endpoint ?? WHATSAPP,
        clock: context.clock,
        logger,
        onSocket: (socket, session) =>
          guarded(
            () => bot(socket, session),
            (thrown) => {
              logger.error({ session, err: thrown }, 'the module threw')
              tellThrown(thrown, session, context)
            },
          ),
        onState: (session, state) => {
          if (isNews(session, state)) tellState(session, state, context)
        },
      })
      try {
        await tellStart(module, store, context)
        await untilInterrupted(() => keeper.start(), context, watched.broken)
      } finally {
        await keeper.close()
      }
    } finally {
      await store.close()
    }
  } finally {
    watched.stop()
    restoreConsole()
  }
}

/** What the bot throws for one session, now or later, is no reason to let go of the others. */
function guarded(run: () => unknown, threw: (thrown: unknown) => void): void {
  try {
    Promise.resolve(run()).catch(threw)
  } catch (thrown) {
    threw(thrown)
  }
}

/**
 * A listener of the module that is asynchronous rejects to nobody: that is told, and the others go on. After what nobody
 * caught at all Node may be in any state: the sessions are closed, and it is the command's error.
 */
function watchModule(rejected: (thrown: unknown) => void): { readonly broken: Promise<never>; stop(): void } {
  const { promise, reject } = deferred<never>()
  promise.catch(() => {})
  process.on('unhandledRejection', rejected)
  process.on('uncaughtException', reject)
  return {
    broken: promise,
    stop() {
      process.off('unhandledRejection', rejected)
      process.off('uncaughtException', reject)
    },
  }
}

async function untilInterrupted(
  start: () => Promise<void>,
  { interrupts }: Context,
  broken: Promise<never>,
): Promise<void> {
  let stopListening = (): void => {}
  const interrupted = new Promise<void>((resolve) => {
    stopListening = interrupts.listen(resolve)
  })
  try {
    await start()
    await Promise.race([interrupted, broken])
  } finally {
    stopListening()
  }
}

async function tellStart(module: string, store: Store, { printer, program }: Context): Promise<void> {
  const linked = (await store.list()).filter(({ state }) => state === 'linked' || state === 'unconfirmed').length
  const sessions = linked === 1 ? '1 session' : `${linked} sessions`
  const text =
    linked === 0
      ? `No session is linked yet: “${program} link”. It is taken up within 30 s. Ctrl-C stops the worker.`
      : `${sessions} for ${module}. Ctrl-C stops the worker.`
  printer.print({ type: 'working', sessions: linked }, text, 'done')
}

function tellState(session: string, state: ConnectionState, { printer, clock, program }: Context): void {
  const { name, ...details } = state
  const mark = name === 'online' ? 'done' : name === 'stopped' && state.reason !== 'closed' ? 'warning' : 'step'
  printer.print(
    { type: 'state', session, state: name, ...details },
    `${timeOfDay(new Date(clock.now()))} ${session}: ${textOf(state, program)}`,
    mark,
  )
}

function textOf(state: ConnectionState, program: string): string {
  if (state.name !== 'stopped' || state.reason === 'closed') return stateText(state)
  if (state.reason === 'session-busy') return 'another process has it; it is taken over when that one ends'
  return `${stateText(state)}. What to do: ${program} explain ${state.reason}`
}

function tellThrown(thrown: unknown, session: string | undefined, { printer }: Context): void {
  const said = maskSecrets(thrown instanceof Error ? thrown.message : String(thrown))
  const who = session === undefined ? 'The module' : `${session}: the module`
  // In a listener it is not known for which session.
  printer.print({ type: 'module-failed', session: session ?? null, message: said }, `${who} threw: ${said}`, 'warning')
}
