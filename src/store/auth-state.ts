// Baileys' authentication state on a store. Nothing half-linked is written: until the credentials are signed, they and
// the keys beside them stay in memory.
import type { AuthenticationCreds, AuthenticationState, SignalDataSet, SignalDataTypeMap } from 'baileys'
import { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { asAppStateKeys } from './app-state-keys.ts'
import { pack, unpack } from './codec.ts'
import { freshCredentials, isSigned } from './credentials.ts'
import type { LinkValues } from './link-values.ts'
import { type LinkDetails, linkDetails } from './links.ts'
import type { Sessions } from './sessions.ts'
import type { PackedKeys } from './stored-values.ts'
import type { LinkId } from './values.ts'

export interface AuthState {
  readonly state: AuthenticationState
  saveCreds(): Promise<void>
}

/** Where the keys and credentials of an authentication state go. */
interface Keeper {
  readKeys(type: string, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>
  writeKeys(keys: PackedKeys): Promise<void>
  clearKeys(): Promise<void>
  writeCredentials(credentials: AuthenticationCreds): Promise<void>
}

export async function openAuthState(
  sessions: Sessions,
  valuesOf: (of: LinkId) => LinkValues,
  clock: Clock,
  session: string,
): Promise<AuthState> {
  const live = await sessions.live(session)
  if (live === undefined) {
    const credentials = await freshCredentials()
    return authState(credentials, stagingKeeper(sessions, valuesOf, clock, session, credentials))
  }
  const values = valuesOf(live.row)
  const credentials = await values.readCredentials()
  if (credentials === undefined)
    throw new StoreError('store-error', `the credentials of session ${session} are missing`)
  return authState(credentials, liveKeeper(sessions, values, clock, live.row, live.details, live.row.confirmed))
}

function authState(credentials: AuthenticationCreds, keeper: Keeper): AuthState {
  const state: AuthenticationState = {
    creds: credentials,
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {}
        const read = await keeper.readKeys(type, ids)
        const values = type === 'app-state-sync-key' ? await asAppStateKeys(read) : read
        for (const [id, value] of values) putOwn(found, id, value as SignalDataTypeMap[T])
        return found
      },
      set: async (data) => keeper.writeKeys(packedKeys(data)),
      clear: async () => keeper.clearKeys(),
    },
  }
  return { state, saveCreds: async () => keeper.writeCredentials(state.creds) }
}

/** For a link that is in the store. */
function liveKeeper(
  sessions: Sessions,
  values: LinkValues,
  clock: Clock,
  of: LinkId,
  details: LinkDetails,
  confirmed: boolean,
): Keeper {
  let known = details
  let seen = confirmed
  return {
    readKeys: values.readKeys,
    writeKeys: values.writeKeys,
    clearKeys: values.clearKeys,
    async writeCredentials(credentials) {
      // Credentials that lost their account would log in as nobody: what is stored stays.
      if (!isSigned(credentials)) return
      const now = linkDetails(credentials, known.deviceName, known.pairedPreKeyId)
      const loggedIn = !seen && credentials.firstUnuploadedPreKeyId > known.pairedPreKeyId
      const changed = now.jid !== known.jid || now.lid !== known.lid
      await values.writeCredentials(pack(credentials))
      if (!loggedIn && !changed) return
      await sessions.note(of, now, loggedIn ? clock.now() : undefined)
      known = now
      seen ||= loggedIn
    },
  }
}

/** In memory until the first signed credentials; those are written together with all keys that came before. */
function stagingKeeper(
  sessions: Sessions,
  valuesOf: (of: LinkId) => LinkValues,
  clock: Clock,
  session: string,
  fresh: AuthenticationCreds,
): Keeper {
  const pairedPreKeyId = fresh.firstUnuploadedPreKeyId
  const staged = new Map<string, Map<string, Uint8Array | null>>()
  let live: Keeper | undefined
  let storing: Promise<void> | undefined
  /** Calls that came while the link was on its way to the database. */
  let late: ((stored: Keeper | undefined) => void)[] = []

  const store = async (credentials: AuthenticationCreds): Promise<void> => {
    const confirmed = credentials.firstUnuploadedPreKeyId > pairedPreKeyId
    const createdAt = clock.now()
    const deviceName = ''
    try {
      const of = await sessions.add({
        session,
        deviceName,
        credentials,
        keys: staged,
        createdAt,
        pairedPreKeyId,
        confirmed,
        ...(confirmed ? { lastOnlineAt: createdAt } : {}),
      })
      const details = linkDetails(credentials, deviceName, pairedPreKeyId)
      live = liveKeeper(sessions, valuesOf(of), clock, of, details, confirmed)
      staged.clear()
    } finally {
      storing = undefined
      const calls = late
      late = []
      for (const call of calls) call(live)
    }
  }

  /** `then` runs at once, or in its turn when the link is being stored. */
  const inTurn = (then: (stored: Keeper | undefined) => Promise<void>): Promise<void> => {
    if (storing === undefined) return then(live)
    return new Promise((resolve, reject) => late.push((stored) => then(stored).then(resolve, reject)))
  }

  return {
    async readKeys(type, ids) {
      if (live !== undefined) return live.readKeys(type, ids)
      const found = new Map<string, unknown>()
      for (const id of ids) {
        const packed = staged.get(type)?.get(id)
        if (packed !== undefined && packed !== null) found.set(id, unpack(packed))
      }
      return found
    },
    writeKeys(keys) {
      if (live === undefined) stage(staged, keys)
      return inTurn(async (stored) => stored?.writeKeys(keys))
    },
    clearKeys() {
      if (live === undefined) staged.clear()
      return inTurn(async (stored) => stored?.clearKeys())
    },
    writeCredentials(credentials) {
      if (live === undefined && storing === undefined && isSigned(credentials)) {
        storing = store(credentials)
        return storing
      }
      return inTurn(async (stored) => stored?.writeCredentials(credentials))
    },
  }
}

function stage(staged: Map<string, Map<string, Uint8Array | null>>, keys: PackedKeys): void {
  for (const [type, values] of keys) {
    const ofType = staged.get(type) ?? new Map<string, Uint8Array | null>()
    staged.set(type, ofType)
    for (const [id, packed] of values) ofType.set(id, packed)
  }
}

/** Packed at the call: Baileys changes its objects afterwards. */
function packedKeys(data: SignalDataSet): PackedKeys {
  const keys = new Map<string, ReadonlyMap<string, Uint8Array | null>>()
  for (const [type, values] of Object.entries(data)) {
    const packed = Object.entries(values ?? {}).map(([id, value]): [string, Uint8Array | null] => [
      id,
      value === null || value === undefined ? null : pack(value),
    ])
    keys.set(type, new Map(packed))
  }
  return keys
}

/** Ids come from the network: one called `__proto__` is a name like any other. Defining takes 3 µs, so only that one is. */
function putOwn<T>(record: { [id: string]: T }, id: string, value: T): void {
  if (id !== '__proto__') record[id] = value
  else Object.defineProperty(record, id, { value, enumerable: true, configurable: true, writable: true })
}
