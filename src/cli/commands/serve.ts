// paircode serve
import { Command } from 'commander'
import type { PaircodeServer } from '../../server/server.ts'
import type { Context } from '../context.ts'
import { type Environment, readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { openedStore } from '../opened-store.ts'
import { leadConsoleInto } from '../printing/console-to-log.ts'
import { createLog } from '../printing/log.ts'
import { type ServerSettings, type ServeFlags as SettingFlags, serverSettings, shownStore } from '../serve/settings.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

interface ServeFlags extends SettingFlags, StoreFlag {
  readonly showToken?: boolean
}

export function serveCommand(context: Context): Command {
  return new Command('serve')
    .summary('the HTTP API and the link page')
    .description(
      'Serves the HTTP API and the link page on this machine until Ctrl-C. Beyond it (--host) a public https URL, the ' +
        'operator, how to reach them, and a key are needed. On the first start on a terminal it shows the operator’s token.',
    )
    .option('--host <address>', 'listen on this IP address (default: PAIRCODE_HOST, else 127.0.0.1)')
    .option('--port <port>', 'listen on this port; 0: any free one (default: PAIRCODE_PORT, else 3000)')
    .option('--public-url <url>', 'where people reach it (PAIRCODE_PUBLIC_URL)')
    .option('--operator <name>', 'who asks people to link (PAIRCODE_OPERATOR)')
    .option('--contact <text>', 'how to reach the operator (PAIRCODE_CONTACT)')
    .option('--return-origin <origins...>', 'where invitations may send people back to (PAIRCODE_RETURN_ORIGINS)')
    .option('--trust-proxy <hops>', 'how many proxies stand in front (PAIRCODE_TRUST_PROXY, else 0)')
    .option('--retention-days <days>', 'how long the audit trail is kept (PAIRCODE_RETENTION_DAYS, else 30)')
    .option('--grace <seconds>', 'how long live links may finish when it is stopped (default: 25)')
    .option('--webhooks-to-loopback', 'for trying: deliver webhooks to this machine too, over http as well')
    .option('--show-token', 'in a pipe, too, make and print the operator’s token on the first start')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON event a line')
    .action(async (flags: ServeFlags) => {
      await serve(flags, context)
      context.finish(DONE)
    })
}

async function serve(flags: ServeFlags, context: Context): Promise<void> {
  const environment = readEnvironment(context.variables)
  const settings = serverSettings(context.variables, flags)
  const { checkReach, checkServerOptions } = await import('../../server/options.ts')
  // Before anything is made: all that is missing in one message.
  checkReach(checkServerOptions(settings), environment.key !== undefined)
  const logger = await createLog(environment.log, context.stderr)
  const { store, tellOfNewKey } = await openedStore(environment, context, flags.store)
  const restoreConsole = leadConsoleInto(logger)
  try {
    const { openServer } = await import('../../server/server.ts')
    const { endpoint } = environment
    const options = {
      ...settings,
      store,
      logger,
      clock: context.clock,
      ...(endpoint === undefined ? {} : { endpoint }),
    }
    const shows = context.printer.kind === 'terminal' || flags.showToken === true
    const server = await openServer(options, shows ? { onFirstToken: (token) => tellFirstToken(token, context) } : {})
    tellOfNewKey()
    await untilInterrupted(server, (url) => tellListening(url, { flags, environment, settings }, context), context)
  } finally {
    await store.close()
    restoreConsole()
  }
}

async function untilInterrupted(
  server: PaircodeServer,
  tell: (url: string) => void,
  { interrupts, printer }: Context,
): Promise<void> {
  try {
    let stopListening = (): void => {}
    const interrupted = new Promise<void>((resolve) => {
      stopListening = interrupts.listen(resolve)
    })
    try {
      tell((await server.listen()).url)
      await interrupted
      printer.print(
        { type: 'closing' },
        'Closing: no new links are taken, live ones may finish. Ctrl-C again ends at once.',
        'step',
      )
      await server.close()
    } finally {
      // Not before the end: while it closes, a second interrupt has to find that there was a first one.
      stopListening()
    }
    printer.print({ type: 'closed' }, 'Closed.', 'done')
  } finally {
    await server.close()
  }
}

function tellFirstToken(token: string, { printer }: Context): void {
  printer.print({ type: 'first-token', token }, '')
  if (printer.kind !== 'terminal') return
  printer.say('The operator’s token, with every scope. It is shown this once; keep it as a password:\n')
  // Not wrapped: it is to be copied.
  printer.screen.write(`  ${token}\n\n`)
}

function tellListening(
  url: string,
  { flags, environment, settings }: { flags: ServeFlags; environment: Environment; settings: ServerSettings },
  { printer, program }: Context,
): void {
  const store = shownStore(flags.store ?? environment.store)
  const whatsapp = environment.endpoint === undefined ? {} : { endpoint: environment.endpoint.url }
  const message = { type: 'listening', url, publicUrl: settings.publicUrl ?? null, store, ...whatsapp }
  printer.print(message, `Paircode listens on ${url}. Ctrl-C stops it.`, 'done')
  if (printer.kind !== 'terminal') return
  if (environment.endpoint !== undefined) printer.say(`  In WhatsApp’s place: ${environment.endpoint.url}`)
  printer.screen.write(`  The API: ${url}/docs\n  Sessions: ${store}\n`)
  printer.say('\nA token for your program, to link and to see the codes:\n')
  printer.screen.write(`  ${program} token create --scope links,codes,sessions --name my-app\n`)
}
