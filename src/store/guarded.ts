// A database in use: refuses calls after the close, and sweeps out what expired now and then.
import { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Backend, Write } from './backend.ts'
import { ARCHIVE_MS } from './life-cycle.ts'

const SWEEP_EVERY_MS = 3_600_000

/** Archived links and records whose time is over. */
export function sweep(now: number): Write {
  return { type: 'purge', archivedBefore: now - ARCHIVE_MS, expiredBefore: now }
}

/** Sweeps on writes only, at most once an hour: a store that nobody writes to holds nothing that expires soon. */
export function guarded(backend: Backend, clock: Clock): Backend {
  let closed = false
  let sweptAt = clock.now()

  const open = (): Backend => {
    if (closed)
      throw new StoreError('store-error', 'the store is closed', { advice: 'Open the store again with openStore().' })
    return backend
  }

  const sweptIfDue = (): Backend => {
    const now = clock.now()
    if (!closed && now - sweptAt >= SWEEP_EVERY_MS) {
      sweptAt = now
      backend.commit([sweep(now)]).catch(() => {}) // the next write tells what is wrong with the database
    }
    return open()
  }

  return {
    readCheck: async () => open().readCheck(),
    prepare: async (check) => open().prepare(check),
    replaceCheck: async (old, check) => open().replaceCheck(old, check),
    readLinks: async (session) => open().readLinks(session),
    readValues: async (link, lookups) => open().readValues(link, lookups),
    scanValues: async (link, after, limit) => open().scanValues(link, after, limit),
    commit: async (writes) => sweptIfDue().commit(writes),
    change: async (session, decide) => sweptIfDue().change(session, decide),
    update: async (kind, key, decide) => sweptIfDue().update(kind, key, decide),
    readDocument: async (collection, key) => open().readDocument(collection, key),
    scanDocuments: async (collection, list, part) => open().scanDocuments(collection, list, part),
    appendDocument: async (collection, document, also) => sweptIfDue().appendDocument(collection, document, also),
    changeDocument: async (collection, key, decide) => sweptIfDue().changeDocument(collection, key, decide),
    dropDocuments: async (collection, list) => sweptIfDue().dropDocuments(collection, list),
    close: async () => {
      if (closed) return
      closed = true
      await backend.close()
    },
  }
}
