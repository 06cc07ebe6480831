// What a store holds, told without changing anything in it: for whoever wants to know what is wrong with one.
import { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Backend, LinkRow } from './backend.ts'
import { openCheck } from './check.ts'
import type { SessionInfo } from './contract.ts'
import { checkedCredentials } from './folder/check.ts'
import { createLeases, type LeaseHolder } from './leases.ts'
import { archivedOf, liveOf } from './life-cycle.ts'
import { infoOf } from './links.ts'
import { createRecords } from './records.ts'
import { createLookup, createSeal, type Seal } from './seal.ts'
import { createValueCodec, type ValueCodec } from './values.ts'

/** What a look needs of a database. `update` is asked about leases alone, and never told to write. */
export type ReadingBackend = Pick<Backend, 'readCheck' | 'readLinks' | 'readValues' | 'update' | 'close'>

export interface LookRequest {
  readonly backend: ReadingBackend
  readonly key: Uint8Array
  readonly previousKeys: readonly Uint8Array[]
  readonly clock: Clock
}

export interface SessionLook {
  readonly info: SessionInfo
  /** What is wrong with a stored login that is in use, as the predicate of a sentence; undefined: nothing, or none is kept. */
  readonly defect: string | undefined
  readonly holder: LeaseHolder | undefined
}

export interface StoreLook {
  /** `none`: nothing was made in it yet. `previous`: it is still sealed with an earlier key, in part or whole. */
  readonly key: 'current' | 'previous' | 'none' | 'wrong'
  /** The listed ones, by name; empty with a wrong key. */
  readonly sessions: readonly SessionLook[]
  /** Newest first. */
  readonly archived: readonly { readonly session: string; readonly archivedAt: Date }[]
}

/** @throws StoreError newer-schema, store-error */
export async function lookInto({ backend, key, previousKeys, clock }: LookRequest): Promise<StoreLook> {
  const check = await backend.readCheck()
  if (check === undefined) return { key: 'none', sessions: [], archived: [] }
  const seal = createSeal(key, previousKeys)
  const secret = secretOf(seal, check)
  if (secret === undefined) return { key: 'wrong', sessions: [], archived: [] }
  const lookup = createLookup(secret)
  const codec = createValueCodec(seal, lookup)
  const leases = createLeases(createRecords(backend, createSeal(secret), lookup), clock)
  const rows = await backend.readLinks()
  const sessions: SessionLook[] = []
  for (const row of rows.filter(({ listed }) => listed).sort((a, b) => (a.session < b.session ? -1 : 1)))
    sessions.push({
      info: infoOf(seal, row),
      defect: liveOf([row]) === undefined ? undefined : await loginDefect(backend, codec, row),
      holder: await leases.holder({ kind: 'session', key: row.session }),
    })
  const archived = archivedOf(rows, clock.now())
  return {
    key: seal.isCurrent(check) && rows.every(({ details }) => seal.isCurrent(details)) ? 'current' : 'previous',
    sessions,
    archived: archived.map(({ session, archivedAt }) => ({ session, archivedAt: new Date(archivedAt ?? 0) })),
  }
}

function secretOf(seal: Seal, check: Uint8Array): Uint8Array | undefined {
  try {
    return openCheck(seal, check).secret
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'wrong-key') return undefined
    throw thrown
  }
}

async function loginDefect(backend: ReadingBackend, codec: ValueCodec, row: LinkRow): Promise<string | undefined> {
  const [sealed] = await backend.readValues(row.link, [codec.credentialsLookup(row)])
  if (sealed === undefined) return 'is missing'
  try {
    const checked = checkedCredentials(codec.openCredentials(row, sealed))
    return checked.ok ? undefined : checked.defect.what
  } catch (thrown) {
    return thrown instanceof StoreError && thrown.code === 'wrong-key'
      ? 'is sealed with a key that is not here'
      : 'was altered or damaged'
  }
}
