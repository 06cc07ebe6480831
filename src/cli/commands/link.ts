// paircode link
import { Command } from 'commander'
import { LinkError } from '../../errors.ts'
import { silentLogger } from '../../lib/logger.ts'
import type { LinkedSession, Linking } from '../../linking/events.ts'
import type { LinkOptions } from '../../linking/options.ts'
import type { Context } from '../context.ts'
import { type Environment, readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { pipeLinkView } from '../link/pipe-view.ts'
import { type Ending, linkedMessage, linkedText, nextSteps } from '../link/report.ts'
import { terminalLinkView } from '../link/terminal-view.ts'
import type { LinkView } from '../link/view.ts'
import { type LinkFlags, type LinkWishes, linkWishes } from '../link/wishes.ts'
import { openedStore } from '../opened-store.ts'
import { leadConsoleInto } from '../printing/console-to-log.ts'
import { createLog } from '../printing/log.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import { STORE_OPTION } from '../store-option.ts'

export function linkCommand(context: Context): Command {
  return new Command('link')
    .summary('link a WhatsApp account by pairing code, or by QR code')
    .description(
      'Links a WhatsApp account to a session: asks WhatsApp for a pairing code, shows it, waits until it was typed on the ' +
        'phone, stores the session and logs in for the first time. Asks for what is missing.',
    )
    .argument('[phone...]', 'the number of the account, country code first: "+1 202 555 0123"')
    .option('--session <name>', 'what the session is called (default: from the device name, else "main")')
    .option(...STORE_OPTION)
    .option('--device-name <name>', 'the bot’s name in Linked devices on the phone (default: "Paircode")')
    .option('--country <code>', 'two letters, for a number without a country code: BR, IN, US')
    .option('--qr', 'show a QR code to scan; with a number, beside the pairing code')
    .option('--replace', 'link anew although the session is linked already')
    .option('--anyway', 'try a number that the numbering plans call impossible')
    .option('--no-wait', 'end as soon as the account is linked, without the first login: your bot must connect at once')
    .option('--json', 'one JSON event a line, and no questions')
    .addHelpText('after', help(context.program))
    .action(async (words: readonly string[], flags: LinkFlags) => {
      await linkAccount(words.join(' '), flags, context)
      context.finish(DONE)
    })
}

function help(program: string): string {
  return `
Examples:
  ${program} link                       asks for everything
  ${program} link "+1 202 555 0123"     by pairing code, as session "main"
  ${program} link "$PHONE" --session sales --device-name "Acme Sales"
  ${program} link --qr --session sales  by QR code

A code is valid for 3 minutes and belongs to this program: keep it running until it says that the account is linked.
For a session that is linked already it only says so.

Exit codes: 0 linked, 2 wrong usage, 3 refused, 4 nobody typed the code, 5 cancelled, 75 try again later, 1 other.`
}

async function linkAccount(typed: string, flags: LinkFlags, context: Context): Promise<void> {
  const environment = readEnvironment(context.variables)
  const emulator = environment.endpoint !== undefined
  const wishes = await linkWishes({ typed, flags, emulator, context })
  const { store, tellOfNewKey } = await openedStore(environment, context, flags.store)
  try {
    const { settledSession } = await import('../link/settled-session.ts')
    const { session, alreadyLinked } = await settledSession(wishes, flags.replace === true, store)
    tellOfNewKey()
    if (!alreadyLinked) context.printer.say(`\nLinking ${subjectOf(wishes)} as session ${session}. Ctrl-C cancels.`)
    const logger = await createLog(environment.log, context.stderr)
    const options: LinkOptions = {
      ...optionsOf(wishes, flags, environment),
      session,
      store,
      logger,
      clock: context.clock,
    }
    const linked = await runLink(options, alreadyLinked, context)
    report({ linked, alreadyLinked, loggedIn: flags.wait, program: context.program }, context)
  } finally {
    await store.close()
  }
}

function optionsOf({ phone }: LinkWishes, flags: LinkFlags, { endpoint }: Environment) {
  return {
    lenient: flags.anyway === true,
    firstLogin: flags.wait,
    ifLinked: flags.replace === true ? 'replace' : 'return',
    ...(phone === undefined ? {} : { phone, qr: flags.qr === true }),
    ...(flags.deviceName === undefined ? {} : { device: { name: flags.deviceName } }),
    ...(endpoint === undefined ? {} : { endpoint }),
  } satisfies Partial<LinkOptions>
}

async function runLink(options: LinkOptions, alreadyLinked: boolean, context: Context): Promise<LinkedSession> {
  const { link } = await import('../../index.ts')
  const { interrupts } = context
  const restoreConsole = leadConsoleInto(options.logger ?? silentLogger)
  const linking = link(options)
  const stopListening = interrupts.listen(() => void linking.cancel())
  let view: LinkView | undefined
  let needsPerson = false
  try {
    // Nothing is asked then: a picture would only flash up.
    if (!alreadyLinked || context.printer.kind === 'pipe') view = await createView(linking, context)
    for await (const event of linking) {
      view?.show(event)
      if (context.interactive || event.type !== 'code-expired' || !event.manual) continue
      needsPerson = true
      void linking.cancel()
    }
    if (needsPerson) throw unasked()
    return await linking.result
  } finally {
    view?.close()
    stopListening()
    restoreConsole()
  }
}

/** WhatsApp asks that a person asks for the next code (docs/protocol.md section 4); without a terminal there is none. */
function unasked(): LinkError {
  return new LinkError('expired', 'WhatsApp wants a person to ask for the next code', {
    advice: 'Start again when somebody has the phone at hand.',
  })
}

function subjectOf({ phone }: LinkWishes): string {
  return phone === undefined ? 'an account by QR code' : maskedNumberOf(phone.replace(/^\+/, ''))
}

async function createView(linking: Linking, { printer, clock, stdin, interrupts }: Context): Promise<LinkView> {
  if (printer.kind === 'pipe') return pipeLinkView(printer)
  const { qrPicture } = await import('../terminal/qr-picture.ts')
  return terminalLinkView({
    printer,
    clock,
    keys: stdin,
    drawQr: (data) => qrPicture(data, printer.screen.paint.isColorSupported),
    onInterrupt: interrupts.trigger,
    // What ended it meanwhile is told by the result.
    onRefresh: () => void linking.refresh().catch(() => {}),
  })
}

function report(ending: Ending, { printer }: Context): void {
  printer.print(linkedMessage(ending), linkedText(ending), 'done')
  printer.say(nextSteps(ending))
}
