// The store's rows in SQLite: read here, written by a writer that may have a thread.
import type { Clock } from '../../lib/clock.ts'
import type { Backend } from '../backend.ts'
import { type Connection, emptyLog } from './connection.ts'
import { readDocument, scanDocuments } from './documents.ts'
import { createHandOver, type ThreadPlan } from './hand-over.ts'
import { whenUnlocked } from './lock.ts'
import { migrate, schemaVersion } from './migrate.ts'
import {
  proposedAppend,
  proposedCheck,
  proposedDocument,
  proposedDrop,
  proposedLinks,
  proposedRecord,
} from './proposals.ts'
import { readLinks, readValues, scanValues, storedCheck } from './read.ts'
import { runGroup } from './transaction.ts'
import { createWriter } from './writer.ts'

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
    readDocument: (collection, key) => whenUnlocked(() => readDocument(connection, collection, key)),
    scanDocuments: (collection, list, part) => whenUnlocked(() => scanDocuments(connection, collection, list, part)),
    appendDocument: (collection, document, also = []) =>
      writer.write((ahead) => proposedAppend(connection, ahead, { collection, document }, also)),
    changeDocument: (collection, key, decide) =>
      writer.write((ahead) => proposedDocument(connection, ahead, collection, key, (old) => decide(old, clock.now()))),
    dropDocuments: (collection, list) => writer.write((ahead) => proposedDrop(ahead, collection, list)),
    close: async () => {
      await writer.idle()
      await handOver.close()
      emptyLog(connection)
      connection.close()
    },
  }
}
