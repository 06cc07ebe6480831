/** 'Pair' in ASCII: marks a database file as a store of this package. */
export const APPLICATION_ID = 0x50616972

/**
 * Each is run once, in order; a store's `user_version` is the number of those that it has seen. Never change one.
 *
 * Values run to 50 KB and so have rows with a rowid: in the tree of a WITHOUT ROWID table, a search reads every large row
 * on its way whole (200 searches took 6 ms instead of 0.3).
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE links (
    link INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    listed INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    ended TEXT,
    kept INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_online_at INTEGER,
    archived_at INTEGER,
    replaced INTEGER,
    details BLOB NOT NULL
  ) STRICT;
  CREATE INDEX links_by_session ON links (session);
  CREATE UNIQUE INDEX one_listed_link ON links (session) WHERE listed = 1;
  CREATE INDEX links_by_archived_at ON links (archived_at) WHERE archived_at IS NOT NULL;

  CREATE TABLE link_values (
    link INTEGER NOT NULL REFERENCES links (link) ON DELETE CASCADE,
    lookup BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (link, lookup)
  ) STRICT;

  CREATE TABLE records (
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX records_by_expires_at ON records (expires_at);
  `,
  `
  CREATE TABLE documents (
    collection TEXT NOT NULL,
    key BLOB NOT NULL,
    list BLOB NOT NULL,
    number INTEGER NOT NULL,
    value BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (collection, key)
  ) STRICT;
  CREATE UNIQUE INDEX documents_by_number ON documents (collection, list, number);
  CREATE INDEX documents_by_expires_at ON documents (expires_at);

  CREATE TABLE document_lists (
    collection TEXT NOT NULL,
    list BLOB NOT NULL,
    last INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (collection, list)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX document_lists_by_expires_at ON document_lists (expires_at);
  `,
]
