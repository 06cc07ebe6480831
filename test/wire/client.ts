// A connection of ours with everything that it tells, kept.
import { onTestFinished } from 'vitest'
import { deferred } from '../../src/lib/deferred.ts'
import type { Logger } from '../../src/lib/logger.ts'
import { generateKeyPair, type KeyPair } from '../../src/wire/bridge.ts'
import { type Connection, type ConnectionOptions, openConnection } from '../../src/wire/connection.ts'
import type { ConnectionEnd } from '../../src/wire/ends.ts'
import type { Node } from '../../src/wire/nodes.ts'
import { NOW } from './chain.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'

export interface TriedConnection {
  readonly connection: Connection
  readonly clock: VirtualClock
  readonly noiseKey: KeyPair
  readonly payload: Uint8Array
  readonly opened: Promise<void>
  readonly ended: Promise<ConnectionEnd>
  /** Resolves when as many stanzas came. */
  nodes(count: number): Promise<readonly Node[]>
  /** What onOpen, onNode and onEnd were told, in order. */
  readonly told: readonly string[]
  /** Every line of the log. */
  readonly logged: readonly string[]
}

export const TIMEOUT_MS = 20_000

export function openTried(options: Partial<ConnectionOptions> & Pick<ConnectionOptions, 'endpoint'>): TriedConnection {
  const clock = virtualClock(NOW)
  const noiseKey = generateKeyPair()
  const payload = Buffer.from('the client payload: who connects')
  const opened = deferred<void>()
  const ended = deferred<ConnectionEnd>()
  const told: string[] = []
  const logged: string[] = []
  const stanzas: Node[] = []
  const waiting = new Set<() => void>()
  const connection = openConnection({
    noiseKey,
    payload,
    clock,
    random: () => 0.5,
    idPrefix: '17.4-',
    timeoutMs: TIMEOUT_MS,
    logger: recorder(logged),
    onOpen: () => {
      told.push('open')
      opened.resolve()
    },
    onNode: (stanza) => {
      told.push(`node ${stanza.tag}`)
      stanzas.push(stanza)
      for (const wake of waiting) wake()
    },
    onEnd: (end) => {
      told.push(`end ${end.kind}`)
      ended.resolve(end)
    },
    ...options,
  })
  onTestFinished(() => connection.close())
  return {
    connection,
    clock,
    noiseKey,
    payload,
    opened: opened.promise,
    ended: ended.promise,
    nodes: (count) =>
      new Promise((resolve) => {
        const wake = (): void => {
          if (stanzas.length < count) return
          waiting.delete(wake)
          resolve(stanzas.slice(0, count))
        }
        waiting.add(wake)
        wake()
      }),
    told,
    logged,
  }
}

function recorder(lines: string[]): Logger {
  const log = (...given: readonly unknown[]): void => {
    lines.push(JSON.stringify(given))
  }
  const logger: Logger = {
    level: 'trace',
    child: () => logger,
    trace: log,
    debug: log,
    info: log,
    warn: log,
    error: log,
  }
  return logger
}
