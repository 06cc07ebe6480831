// A bot on unmodified Baileys, with credentials in memory.
import makeWASocket, {
  type AuthenticationCreds,
  type AuthenticationState,
  type BaileysEventMap,
  type ConnectionState,
  initAuthCreds,
  type SignalDataTypeMap,
  type WAMessage,
  type WASocket,
} from 'baileys'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import type { Emulator } from '../../src/emulator/index.ts'

// libsignal, under Baileys, prints whole sessions to the console.
for (const method of ['info', 'warn', 'error'] as const) console[method] = () => {}

export type Update = Partial<ConnectionState>

export interface Bot {
  readonly state: AuthenticationState
  readonly sock: WASocket
  /** Every update of the connection, oldest first. */
  readonly updates: readonly Update[]
  /** The first update, past or to come, that fits. */
  until(fits: (update: Update) => boolean): Promise<Update>
  /** The next message that was not looked at yet. */
  message(): Promise<{ readonly message: WAMessage; readonly type: string }>
  end(): void
}

export function memoryState(): AuthenticationState {
  const creds: AuthenticationCreds = initAuthCreds()
  const data = new Map<string, unknown>()
  return {
    creds,
    keys: {
      get(type, ids) {
        const found: Record<string, SignalDataTypeMap[typeof type]> = {}
        for (const id of ids) {
          const value = data.get(`${type}:${id}`)
          if (value !== undefined) found[id] = value as SignalDataTypeMap[typeof type]
        }
        return found
      },
      set(changes) {
        for (const [type, values] of Object.entries(changes))
          for (const [id, value] of Object.entries(values ?? {})) {
            if (value === null || value === undefined) data.delete(`${type}:${id}`)
            else data.set(`${type}:${id}`, value)
          }
      },
    },
  }
}

/** Sockets end with the test. */
export function startBot(
  emulator: Emulator,
  state: AuthenticationState = memoryState(),
  config: Record<string, unknown> = {},
): Bot {
  const logger = pino({ level: process.env['BAILEYS_LOG'] ?? 'silent' })
  const sock = makeWASocket({
    ...emulator.socketConfig(),
    auth: state,
    logger,
    emitOwnEvents: false,
    ...config,
  } as never)
  const updates = createLog<Update>()
  const messages: { message: WAMessage; type: string }[] = []
  const takers: ((item: { message: WAMessage; type: string }) => void)[] = []

  sock.ev.on('creds.update', (update) => void Object.assign(state.creds, update))
  sock.ev.on('connection.update', updates.add)
  sock.ev.on('messages.upsert', ({ messages: upserted, type }: BaileysEventMap['messages.upsert']) => {
    for (const message of upserted) {
      if (message.message?.protocolMessage) continue
      const taker = takers.shift()
      if (taker === undefined) messages.push({ message, type })
      else taker({ message, type })
    }
  })

  const end = (): void => void sock.end(undefined)
  onTestFinished(end)
  return {
    state,
    sock,
    updates: updates.all,
    until: updates.until,
    message() {
      const [next] = messages.splice(0, 1)
      return next === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(next)
    },
    end,
  }
}

export function textOf(message: WAMessage): string {
  return message.message?.conversation ?? message.message?.extendedTextMessage?.text ?? ''
}

export function statusOf(update: Update): number | undefined {
  const error = update.lastDisconnect?.error
  return error && 'output' in error ? (error.output as { statusCode: number }).statusCode : undefined
}

function createLog<Item>() {
  const all: Item[] = []
  const waiting = new Set<{ fits: (item: Item) => boolean; resolve: (item: Item) => void }>()
  return {
    all,
    add(item: Item) {
      all.push(item)
      for (const one of waiting) {
        if (!one.fits(item)) continue
        waiting.delete(one)
        one.resolve(item)
      }
    },
    until(fits: (item: Item) => boolean): Promise<Item> {
      const past = all.find(fits)
      return past === undefined ? new Promise((resolve) => waiting.add({ fits, resolve })) : Promise.resolve(past)
    },
  }
}
