// The store's rows in SQLite: read here, written by a writer that may have a thread.
import type { Clock } from '../../lib/clock.ts'
import type { Backend, Decision, LinkRow, RecordKind, Write } from '../backend.ts'
import type { Change } from './apply.ts'
import { type Connection, emptyLog } from './connection.ts'
import { createHandOver, type ThreadPlan } from './hand-over.ts'
import { whenUnlocked } from './lock.ts'
import { migrate, schemaVersion } from './migrate.ts'
import { readLinks, readRecord, readValues, scanValues, storedCheck } from './read.ts'
import { runGroup } from './transaction.ts'
import { type Ahead, createWriter, type Proposed } from './writer.ts'

export function sqliteBackend(connection: Connection, clock: Clock, plan: ThreadPlan): Backend {
  const writer = createWriter((proposals) => runGroup(connection, proposals))
  const handOver = createHandOver(writer, plan)

  return {
    readCheck: () => whenUnlocked(() => (schemaVersion(connection) === 0 ? undefined : storedCheck(connection))),
    prepare: async (check) => {
      const stored = await migrate(connection, check)
      handOver.begin()
      return stored
    },
    replaceCheck: (old, check) => writer.write((ahead) => proposedCheck(connection, ahead, old, check)),
    readLinks: (session) => whenUnlocked(() => readLinks(connection, session)),
    readValues: (link, lookups) => whenUnlocked(() => readValues(connection, link, lookups)),
    scanValues: (link, after, limit) => whenUnlocked(() => scanValues(connection, link, after, limit)),
    commit: (writes) => writer.write(() => ({ expected: undefined, changes: writes, result: () => undefined })),
    change: (session, decide) => writer.write((ahead) => proposedLinks(connection, ahead, session, decide)),
    update: (kind, key, decide) =>
      writer.write((ahead) => proposedRecord(connection, ahead, kind, key, (old) => decide(old, clock.now()))),
    close: async () => {
      await writer.idle()
      await handOver.close()
      emptyLog(connection)
      connection.close()
    },
  }
}

function proposedCheck(
  connection: Connection,
  ahead: Ahead,
  old: Uint8Array,
  check: Uint8Array,
): Proposed<boolean> | undefined {
  if (ahead.read.has('check')) return undefined
  const stored = storedCheck(connection)
  ahead.read.add('check')
  const isOld = stored !== undefined && Buffer.compare(stored, old) === 0
  const changes: readonly Change[] = isOld ? [{ type: 'put-check', check }] : []
  return { expected: { type: 'check', check: stored }, changes, result: () => isOld }
}

function proposedLinks<T>(
  connection: Connection,
  ahead: Ahead,
  session: string,
  decide: (links: readonly LinkRow[]) => { readonly writes: readonly Write[]; readonly result: T },
): Proposed<T> | undefined {
  const subject = `links ${session}`
  if (ahead.read.has(subject)) return undefined
  const links = readLinks(connection, session)
  ahead.read.add(subject)
  const decided = attempt(() => decide(links))
  const changes = 'value' in decided ? decided.value.writes : []
  return { expected: { type: 'links', session, links }, changes, result: () => resultOf(decided).result }
}

/** What others in the same transaction make of a record is known: many may change it at the cost of one. */
function proposedRecord<T>(
  connection: Connection,
  ahead: Ahead,
  kind: RecordKind,
  key: Uint8Array,
  decide: (old: Uint8Array | undefined) => Decision<T>,
): Proposed<T> {
  const place = `${kind} ${Buffer.from(key).toString('hex')}`
  const old = ahead.records.has(place) ? ahead.records.get(place) : readRecord(connection, kind, key)
  const decided = attempt(() => decide(old))
  const { put, drop } = 'value' in decided ? decided.value : {}
  const changes: Change[] = []
  if (put !== undefined) changes.push({ type: 'put-record', kind, key, ...put })
  else if (drop === true && old !== undefined) changes.push({ type: 'drop-record', kind, key })
  ahead.records.set(place, put?.value ?? (drop === true ? undefined : old))
  return { expected: { type: 'record', kind, key, value: old }, changes, result: () => resultOf(decided).result }
}

/** A refusal stands or falls, like any decision, with what it was made from. */
type Attempt<T> = { readonly value: T } | { readonly refusal: unknown }

function attempt<T>(decide: () => T): Attempt<T> {
  try {
    return { value: decide() }
  } catch (refusal) {
    return { refusal }
  }
}

function resultOf<T>(attempted: Attempt<T>): T {
  if ('value' in attempted) return attempted.value
  throw attempted.refusal
}
