/** Stands in the comment of our first table: marks a schema as a store of this package. Dumps keep it. */
export const MARK = 'paircode store'

/** All tables that the migrations make, in the one schema of the store. */
export const TABLES = [
  'meta',
  'migrations',
  'links',
  'link_values',
  'records',
  'writers',
  'documents',
  'document_lists',
] as const

/**
 * Each is run once, in order, with `SCHEMA` replaced; a store's version is the number of those that it has seen. Never
 * change one.
 *
 * - Values are sealed, so compressing them is lost work: EXTERNAL.
 * - link_values has no foreign key: checking it for 812 rows took as long as writing them. Every statement that writes
 *   a value locks its link instead, and every statement that drops a link drops its values.
 * - writers: the last transaction of each writer, written in that very transaction. Whoever lost the answer to a commit
 *   asks here (writer.ts).
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE SCHEMA.meta (
    name text PRIMARY KEY,
    value bytea NOT NULL
  );
  COMMENT ON TABLE SCHEMA.meta IS '${MARK}';

  CREATE TABLE SCHEMA.migrations (
    number integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE SCHEMA.links (
    link bigint PRIMARY KEY,
    session text COLLATE "C" NOT NULL,
    listed boolean NOT NULL,
    confirmed boolean NOT NULL,
    ended text,
    kept boolean NOT NULL,
    created_at bigint NOT NULL,
    last_online_at bigint,
    archived_at bigint,
    replaced bigint,
    details bytea NOT NULL
  );
  ALTER TABLE SCHEMA.links ALTER COLUMN details SET STORAGE EXTERNAL;
  CREATE INDEX links_by_session ON SCHEMA.links (session);
  CREATE UNIQUE INDEX one_listed_link ON SCHEMA.links (session) WHERE listed;
  CREATE INDEX links_by_archived_at ON SCHEMA.links (archived_at) WHERE archived_at IS NOT NULL;

  CREATE TABLE SCHEMA.link_values (
    link bigint NOT NULL,
    lookup bytea NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (link, lookup)
  );
  ALTER TABLE SCHEMA.link_values ALTER COLUMN value SET STORAGE EXTERNAL;

  CREATE TABLE SCHEMA.records (
    kind text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (kind, key)
  );
  ALTER TABLE SCHEMA.records ALTER COLUMN value SET STORAGE EXTERNAL;
  CREATE INDEX records_by_expires_at ON SCHEMA.records (expires_at);

  CREATE TABLE SCHEMA.writers (
    writer bigint PRIMARY KEY,
    turn bigint NOT NULL,
    used_at timestamptz NOT NULL
  );
  `,
  `
  CREATE TABLE SCHEMA.documents (
    collection text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    list bytea NOT NULL,
    number bigint NOT NULL,
    value bytea NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (collection, key)
  );
  ALTER TABLE SCHEMA.documents ALTER COLUMN value SET STORAGE EXTERNAL;
  CREATE UNIQUE INDEX documents_by_number ON SCHEMA.documents (collection, list, number);
  CREATE INDEX documents_by_expires_at ON SCHEMA.documents (expires_at);

  CREATE TABLE SCHEMA.document_lists (
    collection text COLLATE "C" NOT NULL,
    list bytea NOT NULL,
    last bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (collection, list)
  );
  CREATE INDEX document_lists_by_expires_at ON SCHEMA.document_lists (expires_at);
  `,
]
