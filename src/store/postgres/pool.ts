// A few connections to one database, made when they are needed and closed when nobody needed them for a while.
import type { ClientConfig } from 'pg'
import { StoreError } from '../../errors.ts'
import { type Connection, connect, type Session } from './connection.ts'
import type { Limits } from './patience.ts'

export interface Pool {
  /** Lends a connection. When `work` fails the connection is cut: nobody knows what state it is in. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** Whether any connection could be made so far. */
  readonly reached: boolean
  /** Resolves when all are closed that are not lent; those are closed when they come back. */
  close(): Promise<void>
}

/** One writes; the others read at the same time. Many processes share the server's 100. */
const MAX_CONNECTIONS = 4
const IDLE_MS = 30_000

const later = setTimeout

export function createPool(config: ClientConfig, limits: Limits): Pool {
  const idle: { readonly connection: Connection; readonly timer: NodeJS.Timeout }[] = []
  const waiting: ((connection: Connection | undefined) => void)[] = []
  let open = 0
  let reached = false
  let closed = false

  const take = async (): Promise<Connection> => {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) {
      clearTimeout(found.timer)
      found.connection.ref()
      if (found.connection.alive) return found.connection
      open--
    }
    if (open >= MAX_CONNECTIONS) {
      const handed = await new Promise<Connection | undefined>((resolve) => waiting.push(resolve))
      return handed ?? take()
    }
    open++
    try {
      const made = await connect(config, limits)
      reached = true
      return made
    } catch (thrown) {
      lost()
      throw thrown
    }
  }

  /** One less: whoever waits makes another. */
  const lost = (): void => {
    open--
    waiting.shift()?.(undefined)
  }

  const giveBack = (connection: Connection): void => {
    if (closed || !connection.alive) {
      connection.close()
      return lost()
    }
    const next = waiting.shift()
    if (next !== undefined) return next(connection)
    connection.unref()
    const timer = later(() => retire(connection), IDLE_MS).unref()
    idle.push({ connection, timer })
  }

  const retire = (connection: Connection): void => {
    const at = idle.findIndex((one) => one.connection === connection)
    if (at === -1) return
    const [found] = idle.splice(at, 1)
    clearTimeout(found?.timer)
    connection.close()
    lost()
  }

  return {
    async use(work) {
      if (closed) throw new StoreError('store-error', 'the store is closed')
      const connection = await take()
      let result: Awaited<ReturnType<typeof work>>
      try {
        result = await work(connection)
      } catch (thrown) {
        connection.cut()
        lost()
        throw thrown
      }
      giveBack(connection)
      return result
    },
    get reached() {
      return reached
    },
    close: async () => {
      closed = true
      for (const { connection } of [...idle]) retire(connection)
    },
  }
}
