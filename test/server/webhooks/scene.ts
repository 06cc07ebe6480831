// Deliverers on a store, without a server around them: events are put into the outbox as a change of a document would.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { silentLogger } from '../../../src/lib/logger.ts'
import { createOutbox, type OutboxType } from '../../../src/server/outbox.ts'
import type { AttemptParts } from '../../../src/server/webhooks/attempt.ts'
import type { Endpoint } from '../../../src/server/webhooks/endpoints.ts'
import { createWebhooks, type Webhooks } from '../../../src/server/webhooks/webhooks.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { type JumpClock, jumpClock } from './jump-clock.ts'
import { type Receiver, startReceiver } from './receiver.ts'

export interface Scene {
  readonly clock: JumpClock
  readonly store: Store
  readonly webhooks: Webhooks
  readonly receiver: Receiver
  readonly told: string[]
  readonly endpoint: Endpoint
  readonly secret: string
  /** Another server on the same store; it delivers when nobody else does. */
  another(store?: Store): Promise<Webhooks>
  tell(session: string, type?: OutboxType): Promise<void>
  add(url: string, events?: readonly OutboxType[]): Promise<{ endpoint: Endpoint; secret: string }>
}

/** Which stores a test is run on. */
export const STORES = { memory: (): string => 'memory:', sqlite: newFile } as const

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'paircode-webhooks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'sessions.db')}`
}

export async function setScene(storeUrl = 'memory:', doors: Partial<AttemptParts> = {}): Promise<Scene> {
  const clock = jumpClock()
  const store = await openStore(storeUrl, { clock })
  const told: string[] = []
  const open: Webhooks[] = []
  onTestFinished(async () => {
    await Promise.all(open.map((webhooks) => webhooks.close()))
    await store.close()
  })
  const another: Scene['another'] = async (on = store) => {
    const internals = internalsOf(on)
    const webhooks = createWebhooks({
      internals,
      outbox: await createOutbox(internals.collections, clock, () => `msg_${randomUUID()}`),
      clock,
      logger: silentLogger,
      toLoopback: true,
      told: (outcome) => void told.push(outcome),
      doors,
    })
    open.push(webhooks)
    webhooks.start()
    return webhooks
  }
  const webhooks = await another()
  const receiver = await startReceiver()
  const { collections } = internalsOf(store)
  const outbox = await createOutbox(collections, clock, () => `msg_${randomUUID()}`)
  const notes = collections.open('test-notes', (stored) => stored as { text: string })
  const add: Scene['add'] = async (url, events = []) => {
    const made = await webhooks.endpoints.create({ url, events, description: '' })
    webhooks.stirred()
    return made
  }
  const { endpoint, secret } = await add(receiver.url)
  return {
    clock,
    store,
    webhooks,
    receiver,
    told,
    endpoint,
    secret,
    another,
    add,
    async tell(session, type = 'session.online') {
      await notes.append('list', { text: session }, clock.now() + 1_000, [outbox.entry({ type, session })])
      webhooks.stirred()
    },
  }
}
