// paircode emulator
import { Command } from 'commander'
import type { Emulator } from '../../emulator/index.ts'
import { LinkError } from '../../errors.ts'
import type { Context } from '../context.ts'
import type { Desk } from '../emulator/desk.ts'
import { DONE } from '../exit-code.ts'

interface EmulatorFlags {
  readonly port?: string
  readonly phone?: readonly string[]
  readonly control?: string | true
}

/** The number of the documents. */
const EXAMPLE_NUMBER = '+1 202 555 0123'

export function emulatorCommand(context: Context): Command {
  return new Command('emulator')
    .summary('WhatsApp’s side and a phone, for trying and testing without either')
    .description(
      'Starts an emulator of WhatsApp’s side on this machine only, with a phone that you operate. Prints the two lines to ' +
        'set for other programs. On a terminal it asks what the phone shall do; in a pipe it reads the same orders from ' +
        'stdin, one a line, and goes on after their end.',
    )
    .option('--port <port>', 'listen on this port (default: any free one)')
    .option('--phone <numbers...>', `the numbers of the phones (default: "${EXAMPLE_NUMBER}")`)
    .option('--control [port]', 'take orders over HTTP, too, and show the phones as a page; on this machine only')
    .option('--json', 'one JSON event a line')
    .action(async (flags: EmulatorFlags) => {
      await runEmulator(flags, context)
      context.finish(DONE)
    })
}

async function runEmulator(
  { port, phone = [EXAMPLE_NUMBER], control }: EmulatorFlags,
  context: Context,
): Promise<void> {
  const [{ createDesk }, { readOrder }, { createOrderLines }] = await Promise.all([
    import('../emulator/desk.ts'),
    import('../emulator/order.ts'),
    import('../emulator/order-lines.ts'),
  ])
  const controlPort = control === undefined ? undefined : portOf(control === true ? undefined : control, '--control')
  const emulator = await started(portOf(port))
  const lines = createOrderLines(context)
  let closeControl = async (): Promise<void> => {}
  try {
    tellEndpoint(emulator, context)
    const desk = createDesk(emulator, lines.tell)
    if (controlPort !== undefined) closeControl = await openControl(emulator, desk, controlPort, context)
    for (const number of phone) await desk.carryOut({ kind: 'phone', number, platform: 'android', passkey: false })
    await lines.read((line) => {
      const order = readOrder(line)
      if (order.kind === 'quit') lines.close()
      else void desk.carryOut(order)
    })
  } finally {
    lines.close()
    await closeControl()
    await emulator.stop()
  }
}

/** Gives what closes it. */
async function openControl(
  emulator: Emulator,
  desk: Desk,
  port: number,
  { printer }: Context,
): Promise<() => Promise<void>> {
  const { startControl } = await import('../emulator/control.ts')
  const { url, token, phonePage, close } = await startControl(emulator, desk, port).catch((cause: unknown): never => {
    throw unusable(port, cause)
  })
  printer.print(
    { type: 'control', url, token, phonePage },
    `Orders over HTTP, with this token (whoever has it operates the phones):\n  ${url}\n  ${token}\nThe phones in a browser:\n  ${phonePage}`,
    'done',
  )
  return close
}

function portOf(text: string | undefined, flag = '--port'): number {
  if (text === undefined) return 0
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new LinkError('invalid-options', `${flag} must be a number from 0 to 65535`)
}

async function started(port: number): Promise<Emulator> {
  const { startEmulator } = await import('../../emulator/index.ts')
  try {
    return await startEmulator({ port })
  } catch (cause) {
    throw unusable(port, cause)
  }
}

function unusable(port: number, cause: unknown): LinkError {
  return new LinkError('invalid-options', `port ${port} cannot be used`, {
    cause,
    advice: 'Choose another one, or leave the port out for any that is free.',
  })
}

function tellEndpoint({ endpoint }: Emulator, { printer, program }: Context): void {
  const rootKey = Buffer.from(endpoint.rootKey).toString('base64')
  printer.print(
    { type: 'listening', endpoint: endpoint.url, rootKey },
    'The emulator is running, on this machine only. It is not WhatsApp.',
    'done',
  )
  if (printer.kind !== 'terminal') return
  printer.say('\nIn another terminal, set these two lines:\n')
  // Not wrapped: they are to be copied.
  printer.screen.write(`export PAIRCODE_ENDPOINT=${endpoint.url}\nexport PAIRCODE_ROOT_KEY=${rootKey}\n`)
  printer.say(`\nThen link the phone there:\n\n  ${program} link "${EXAMPLE_NUMBER}"\n`)
  printer.say('Here you operate the phone. “help” shows the orders, “quit” ends.\n')
}
