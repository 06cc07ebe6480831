// The main job without a phone: everything in this process, against the emulator, with nothing left behind.
import { type Emulator, type Phone, PhoneError, startEmulator } from '../../emulator/index.ts'
import { type Connection, connect, type LinkedSession, type Linking, type LinkOptions, link } from '../../index.ts'
import type { Logger } from '../../lib/logger.ts'
import { openStore, type Store } from '../../store/index.ts'
import type { Context } from '../context.ts'
import { retryText } from '../link/event-words.ts'
import { maskedNumberOf, maskJid } from '../printing/masking.ts'
import { ConnectionStopped } from '../session/connection-stopped.ts'
import { type Echoed, echo } from '../session/echo.ts'
import { attended, type DemoParts, unattended } from './parts.ts'
import { createPatience, type Patience } from './patience.ts'

export interface DemoWishes {
  readonly auto: boolean
  /** WhatsApp's answer to the code request; undefined: it accepts. */
  readonly refuse: number | undefined
  readonly logger: Logger
}

/** Reserved for examples, like all of +1 202 555 01xx. */
const OWNER = '12025550123'
const CONTACT = '12025550124'
const SESSION = 'demo'
const LIMIT_MS = 30_000
/** As in the real thing, but nobody wants to wait for it here. */
const RETRY = { attempts: 3, delayMs: 300, maxDelayMs: 600 }

interface Stage {
  readonly emulator: Emulator
  readonly owner: Phone
  readonly contact: Phone
  readonly store: Store
  readonly options: LinkOptions
  readonly parts: DemoParts
  readonly patience: Patience
  readonly context: Context
}

/** @throws LinkError when WhatsApp's side refuses, when it is cancelled, or when a step takes too long */
export async function tellStory(wishes: DemoWishes, context: Context): Promise<void> {
  const { printer } = context
  const parts = wishes.auto ? unattended(printer) : await attended(context)
  const emulator = await startEmulator()
  const store = await openStore('memory:')
  const patience = createPatience(context)
  try {
    const owner = emulator.addPhone(OWNER, { name: 'Owner' })
    const contact = emulator.addPhone(CONTACT, { name: 'Contact' })
    if (wishes.refuse !== undefined)
      emulator.fail({ at: 'companion_hello', code: wishes.refuse, times: RETRY.attempts })
    const { endpoint } = emulator
    const device = { name: 'Demo bot' }
    const options = { session: SESSION, phone: OWNER, store, endpoint, device, retry: RETRY, logger: wishes.logger }
    const stage: Stage = { emulator, owner, contact, store, options, parts, patience, context }
    printer.print({ type: 'started', phone: maskedNumberOf(OWNER) }, opening(), 'none')
    await linkTheBot(stage)
    await runTheBot(stage)
  } finally {
    patience.end()
    await store.close()
    await emulator.stop()
  }
}

function opening(): string {
  return (
    'This is a demonstration. WhatsApp, the phone and a contact are emulated on this machine; nothing leaves it.\n\n' +
    `The bot asks WhatsApp to link ${maskedNumberOf(OWNER)} …`
  )
}

async function linkTheBot(stage: Stage): Promise<void> {
  const { printer, interrupts } = stage.context
  const linking = link(stage.options)
  const stopListening = interrupts.listen(() => void linking.cancel())
  try {
    const told = tellProgress(linking, stage)
    await typeUntilLinked(linking, stage)
    const { jid, deviceName } = await linking.result
    await told
    const text = `Linked ${maskedNumberOf(jid)}. On the phone, “Linked devices” shows “${deviceName}”.`
    printer.print({ type: 'linked', session: SESSION, jid: maskJid(jid), deviceName }, text, 'done')
  } finally {
    stopListening()
    await linking.cancel()
  }
}

/** What happens beside the code: tries that are repeated, and how the phone answers. */
async function tellProgress(linking: Linking, { context: { printer } }: Stage): Promise<void> {
  for await (const event of linking) {
    if (event.type === 'retrying') {
      const { attempt, attempts, inMs } = event
      printer.print({ type: 'retrying', attempt, attempts, inMs }, retryText(event), 'step')
    }
    if (event.type === 'confirming')
      printer.print({ type: 'confirming' }, 'The phone answered; WhatsApp checks the code.', 'step')
  }
}

/** A mistyped code can be typed again; one that is over is replaced by the next. */
async function typeUntilLinked(linking: Linking, stage: Stage): Promise<LinkedSession> {
  const { owner, parts, context } = stage
  for (;;) {
    const { code, expiresAt } = await linking.code()
    const typed = await parts.typeCode(code, expiresAt)
    try {
      await owner.enterCode(typed)
      return await linking.result
    } catch (thrown) {
      if (!(thrown instanceof PhoneError)) throw thrown
      context.printer.print({ type: 'phone-error', code: thrown.code }, phoneText(thrown), 'warning')
    }
  }
}

const PHONE_TEXTS: Readonly<Record<PhoneError['code'], string>> = {
  'no-request': 'The phone says: nothing asks to be linked any more.',
  'wrong-code': 'The phone could not open it: a character was mistyped. Try again.',
  expired: 'The phone says: this code has expired.',
  timeout: 'The phone waited a minute and gave up.',
  refused: 'The phone was refused.',
}

function phoneText({ code }: PhoneError): string {
  return PHONE_TEXTS[code]
}

async function runTheBot(stage: Stage): Promise<void> {
  const { store, options, patience, context } = stage
  const { endpoint, logger } = options
  const connection = connect({
    session: SESSION,
    store,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(logger === undefined ? {} : { logger }),
  })
  try {
    await patience.within(LIMIT_MS, 'coming online', online(connection))
    context.printer.print({ type: 'online', session: SESSION }, 'The bot is online.', 'done')
    await exchangeTexts(connection, stage)
  } finally {
    await connection.close()
  }
}

/** Rejects when it ends instead. */
function online(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const { state } = connection
      if (state.name === 'online') resolve()
      if (state.name === 'stopped' && state.reason !== 'closed')
        reject(new ConnectionStopped(state.reason, { until: state.until }))
    }
    connection.on('state', look)
    look()
  })
}

async function exchangeTexts(
  connection: Connection,
  { contact, parts, patience, context: { printer } }: Stage,
): Promise<void> {
  const echoed = new Promise<Echoed>((resolve, reject) => {
    connection.on('socket', (socket) => echo(socket, { onEcho: resolve, onError: reject }))
  })
  // Nobody is waiting for it yet.
  echoed.catch(() => {})
  const text = await parts.writeText()
  printer.print(
    { type: 'text', from: maskedNumberOf(CONTACT), text },
    `A contact, ${maskedNumberOf(CONTACT)}, writes: ${text}`,
    'step',
  )
  await contact.send(OWNER, text)
  const answer = await patience.within(LIMIT_MS, 'the echo', echoed)
  printer.print({ type: 'echo', text: answer.text }, `The bot answers with an echo: ${answer.text}`, 'step')
  const read = await patience.within(LIMIT_MS, 'the contact’s phone', contact.received())
  printer.print(
    { type: 'read', by: maskedNumberOf(CONTACT), text: read.text },
    `The contact reads: ${read.text}`,
    'done',
  )
}
