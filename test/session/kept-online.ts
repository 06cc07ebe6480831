// A linked session in memory, kept online on stand-in sockets and a clock that stands still.
import type { AuthenticationCreds } from 'baileys'
import { onTestFinished } from 'vitest'
import type { Connection, ConnectionState, ConnectOptions } from '../../src/session/connection.ts'
import { type Edges, keepOnline } from '../../src/session/keep-online.ts'
import { freshCredentials } from '../../src/store/credentials.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { createStandIns, type StandIns } from './stand-in-socket.ts'
import { createStillClock, type StillClock } from './still-clock.ts'

export interface Kept {
  readonly store: Store
  readonly clock: StillClock
  readonly sockets: StandIns
  readonly connection: Connection
  /** `online`, `waiting 1000`, `stopped closed` … in order. */
  readonly states: readonly string[]
}

export interface KeptOptions {
  readonly store?: Store
  /** Whether a login was seen before; default true. */
  readonly confirmed?: boolean
  readonly credentials?: Partial<AuthenticationCreds>
  readonly options?: Partial<ConnectOptions>
  readonly edges?: Partial<Edges>
}

export async function keep({
  confirmed = true,
  credentials,
  options,
  edges,
  store: given,
}: KeptOptions = {}): Promise<Kept> {
  const store = given ?? (await openStore('memory:'))
  onTestFinished(() => store.close())
  if ((await store.get('sales')) === undefined) await saveLink(store, confirmed, credentials)
  const clock = createStillClock()
  const sockets = createStandIns()
  const connection = keepOnline(
    { session: 'sales', store, clock, makeWASocket: sockets.makeWASocket, ...options },
    { random: () => 1, lookUpVersion: undefined, ...edges },
  )
  const states: string[] = []
  connection.on('state', (state) => states.push(inWords(state)))
  return { store, clock, sockets, connection, states }
}

export async function saveLink(
  store: Store,
  confirmed: boolean,
  changed: Partial<AuthenticationCreds> = {},
): Promise<void> {
  const account = {
    details: Buffer.alloc(20, 1),
    accountSignatureKey: Buffer.alloc(32, 2),
    accountSignature: Buffer.alloc(64, 3),
    deviceSignature: Buffer.alloc(64, 4),
  }
  const me = { id: '12025550123:7@s.whatsapp.net' }
  const credentials = { ...(await freshCredentials()), me, account, registered: true, ...changed }
  const inner = internalsOf(store)
  await inner.saveLinked({ session: 'sales', deviceName: 'Acme', credentials, preKeys: [], at: new Date() })
  if (confirmed) await inner.confirm('sales', new Date())
}

function inWords(state: ConnectionState): string {
  if (state.name === 'waiting') return `waiting ${state.inMs}`
  return state.name === 'stopped' ? `stopped ${state.reason}` : state.name
}

/** Resolves when it holds; what is waited for comes by itself, without time. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns += 1) {
    if (turns > 100_000) throw new Error(`never came: ${holds.toString()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
