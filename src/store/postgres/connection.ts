// One connection of pg, narrowed to what the store uses: statements that go out together, and a limit for every wait.
import { Socket } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import { ConnectionLost, Unreachable } from './failure.ts'
import type { Limits } from './patience.ts'

export interface Statement {
  readonly text: string
  readonly values?: readonly (string | number | boolean | null | Uint8Array)[]
}

export type Row = Readonly<Record<string, unknown>>

export interface Answer {
  /** Of the last command: 'SELECT', 'COMMIT', 'ROLLBACK' … */
  readonly command: string
  readonly rows: readonly Row[]
}

export type Outcome = { readonly answer: Answer } | { readonly failure: unknown }

/** What belongs together in time, on one connection. */
export interface Session {
  /** Sends all of them before the first answer is there: one round trip. One outcome for each; never rejects. */
  send(statements: readonly Statement[]): Promise<readonly Outcome[]>
  /** The same, for those that must all succeed: rejects with the first failure, when all are answered. */
  ask(statements: readonly Statement[]): Promise<readonly Answer[]>
}

export interface Connection extends Session {
  /** False once it was cut. */
  readonly alive: boolean
  /** An idle connection keeps no process running. */
  ref(): void
  unref(): void
  /** Says goodbye; `cut` is for a connection in an unknown state. */
  close(): void
  cut(): void
}

/** The system's own timers: what is waited for is another machine. */
const later = setTimeout

/** Documented by pg, and missing in its types. */
type Referable = Client & { ref(): void; unref(): void }

/** @throws Unreachable */
export async function connect(config: ClientConfig, limits: Limits): Promise<Connection> {
  const socket = new Socket()
  const client = new Client({
    ...config,
    stream: () => socket,
    pipeline: true,
    keepAlive: true,
  } as ClientConfig) as Referable
  let alive = true
  const ended = (): void => {
    alive = false
  }
  // Without a listener, a server that restarts would end the process.
  client.on('error', ended)
  client.on('end', ended)
  await connected(client, socket, limits.connectMs)

  /** Gives up when nothing was answered for too long. */
  const watched = async (pending: readonly Promise<unknown>[]): Promise<void> => {
    for (const one of pending) {
      const timer = later(() => socket.destroy(new ConnectionLost('no answer')), limits.answerMs)
      await one.catch(() => {})
      clearTimeout(timer)
    }
  }

  const send = async (statements: readonly Statement[]): Promise<readonly Outcome[]> => {
    if (!alive) return statements.map(() => ({ failure: new ConnectionLost('the connection was cut') }))
    const pending = statements.map(async ({ text, values }): Promise<Outcome> => {
      try {
        const result: unknown = await client.query(values === undefined ? text : { text, values: [...values] })
        return { answer: answerOf(result) }
      } catch (failure) {
        return { failure: named(failure) }
      }
    })
    await watched(pending)
    return Promise.all(pending)
  }

  return {
    get alive() {
      return alive
    },
    send,
    ask: async (statements) => {
      const outcomes = await send(statements)
      return outcomes.map((outcome) => {
        if ('answer' in outcome) return outcome.answer
        throw outcome.failure
      })
    },
    ref: () => client.ref(),
    unref: () => client.unref(),
    close: () => {
      alive = false
      const timer = later(() => socket.destroy(), limits.answerMs).unref()
      client.end().then(
        () => clearTimeout(timer),
        () => socket.destroy(),
      )
    },
    cut: () => {
      alive = false
      socket.destroy()
    },
  }
}

async function connected(client: Client, socket: Socket, limitMs: number): Promise<void> {
  let late = false
  const timer = later(() => {
    late = true
    socket.destroy()
  }, limitMs)
  try {
    await client.connect()
  } catch (thrown) {
    socket.destroy()
    throw new Unreachable(late ? new ConnectionLost('the server did not answer in time') : named(thrown))
  } finally {
    clearTimeout(timer)
  }
}

/** Several commands in one text give several results: the last one counts. */
function answerOf(result: unknown): Answer {
  const last: unknown = Array.isArray(result) ? result.at(-1) : result
  const { command, rows } = last as { readonly command: string | null; readonly rows: readonly Row[] }
  return { command: command ?? '', rows }
}

/** pg has no code for a connection that ends: 'Connection terminated unexpectedly' and its like. */
function named(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || 'code' in thrown || thrown instanceof ConnectionLost) return thrown
  return /^(Connection terminated|Client has encountered a connection error|Client was closed|write after end)/.test(
    thrown.message,
  )
    ? new ConnectionLost('the connection was cut')
    : thrown
}
