// Who may take what from whom in src/. Data only; imports.ts reads it, import-directions.test.ts proves that it holds.
// A room is a folder of src/ or, for a file at its top, the name without `.ts`. A path ending in `/` is all below it.

/** The rooms each room may take from, beside itself. They point one way, so that every room can be read without the later ones. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  errors: ['lib'],
  phone: ['lib', 'errors'],
  wire: ['lib', 'errors', 'phone'],
  store: ['lib', 'errors', 'phone'],
  linking: ['lib', 'errors', 'phone', 'wire', 'store'],
  session: ['lib', 'errors', 'phone', 'wire', 'store', 'linking'],
  baileys: ['lib', 'errors', 'phone', 'wire', 'store', 'linking'],
  instructions: ['lib', 'errors', 'phone', 'linking'],
  emulator: ['lib', 'errors', 'phone', 'wire'],
  web: ['lib', 'phone'],
  server: ['lib', 'errors', 'phone', 'wire', 'store', 'linking', 'session', 'baileys', 'instructions', 'web'],
  index: ['lib', 'errors', 'phone', 'wire', 'store', 'linking', 'session', 'instructions'],
  cli: [
    'lib',
    'errors',
    'phone',
    'wire',
    'store',
    'linking',
    'session',
    'baileys',
    'instructions',
    'server',
    'emulator',
    'index',
  ],
}

/** Rooms of which only types may be taken: what a store keeps has the shape that wire gave it. */
export const TYPES: Readonly<Record<string, readonly string[]>> = {
  store: ['wire'],
  web: ['store', 'linking', 'session', 'server', 'instructions'],
}

/** Single files that may take a single file of another room, and why. */
export const ALSO: Readonly<Record<string, { readonly take: string; readonly why: string }>> = {
  'store/credentials.ts': {
    take: 'wire/bridge.ts',
    why: 'authState() makes the keys of a new session, as Baileys does',
  },
  'baileys/socket-end.ts': {
    take: 'session/socket-end.ts',
    why: 'how a Baileys socket ends is read in one place; session and baileys are two users of it',
  },
}

/**
 * The protocol is a function: all of linking/ but its shells has no socket, no clock, no randomness. So it may take
 * from these files of wire/ and from these modules of Node, types apart.
 */
export const PURE = {
  folder: 'linking/',
  shells: ['linking/link.ts'],
  fromWire: [
    'wire/nodes.ts',
    'wire/protobuf.ts',
    'wire/messages.ts',
    'wire/passkey-messages.ts',
    'wire/bridge.ts',
    'wire/noise.ts',
    'wire/endpoint.ts',
    'wire/ends.ts',
  ],
  fromNode: ['node:buffer', 'node:crypto', 'node:util'],
} as const

export interface PackageRule {
  /** The only files that may import the package. */
  readonly in: readonly string[]
  /** Only by `import()` inside a function: the package is slow to load, and many never need it. */
  readonly lazy?: true
  /** `import type` is free everywhere: it is gone at run time. */
  readonly typesAnywhere?: true
}

/** Every package that src/ imports is named here. What is not is a violation, so that a new one is a decision. */
export const PACKAGES: Readonly<Record<string, PackageRule>> = {
  baileys: { in: ['session/', 'store/app-state-keys.ts'], lazy: true, typesAnywhere: true },
  'whatsapp-rust-bridge': { in: ['wire/bridge.ts'] },
  ws: { in: ['wire/', 'emulator/'] },
  'libphonenumber-js': { in: ['phone/'] },
  libsql: { in: ['store/sqlite/'] },
  pg: { in: ['store/postgres/'] },
  hono: { in: ['server/'] },
  '@hono/node-server': { in: ['server/'] },
  '@hono/zod-openapi': { in: ['server/'] },
  'rate-limiter-flexible': { in: ['server/limits/'] },
  'prom-client': { in: ['server/metrics.ts'] },
  standardwebhooks: { in: ['server/webhooks/message.ts'] },
  pino: { in: ['cli/', 'server/'] },
  commander: { in: ['cli/'] },
  '@clack/prompts': { in: ['cli/'] },
  picocolors: { in: ['cli/'] },
  uqr: { in: ['cli/', 'web/'] },
}

/**
 * Files that may load what is named at run time: a module that a person gave on the command line, and the Baileys of the
 * project that runs, under either of its names.
 */
export const COMPUTED: readonly string[] = ['cli/', 'emulator/trust.ts']
