// What a store is: the public contract, and the inner one that linking and sessions work through.
import type { AuthenticationCreds, AuthenticationState } from 'baileys'
import type { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { KeyPair } from '../wire/bridge.ts'
import type { Collections } from './collections.ts'
import type { LeaseHolder } from './leases.ts'

/**
 * - `unconfirmed`: stored by a link, but no login was seen yet (the process may have died in between)
 * - `linked`: a login was seen
 * - `logged-out`: WhatsApp unlinked it; its credentials are in the archive for 7 days
 * - `bad-session`: its credentials cannot be used; they are in the archive for 7 days
 */
export type SessionState = 'unconfirmed' | 'linked' | 'logged-out' | 'bad-session'

/** What an import took over, and what it left where it was. */
export interface ImportReport {
  readonly jid: string
  /** Keys that were imported, `creds.json` not counted. */
  readonly keys: number
  /** Files without a place in the store, each with the reason, in the order of their names. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[]
}

export interface SessionInfo {
  readonly session: string
  readonly state: SessionState
  readonly jid: string
  readonly lid?: string
  /** As shown in Linked devices; '' where nobody told it (`authState`, imported folders). */
  readonly deviceName: string
  readonly createdAt: Date
  readonly lastOnlineAt?: Date
}

/** Where linked sessions live. Made by `openStore`; all methods throw StoreError. */
export interface Store {
  list(options?: { archived?: boolean }): Promise<readonly SessionInfo[]>
  get(session: string): Promise<SessionInfo | undefined>
  remove(session: string): Promise<void>
  /** Brings the newest archived credentials of this name back. */
  restore(session: string): Promise<void>
  /**
   * Drop-in for Baileys' `useMultiFileAuthState`. Credentials with `me` but no signed `account` stay in memory: nothing
   * half-linked is written.
   */
  authState(session: string): Promise<{ state: AuthenticationState; saveCreds: () => Promise<void> }>
  /**
   * Takes over a folder that Baileys' `useMultiFileAuthState` made; with a signed account it counts as linked at once.
   * All of it in one transaction, or nothing. The folder is never changed: stop the bot that uses it first, delete it
   * once the session is online from here.
   *
   * @throws StoreError `broken-folder`: names the file and what is wrong with it; `store-error`: the name holds live
   * credentials, remove them first. LinkError `invalid-session`, `invalid-options`
   */
  importFolder(folder: string, session: string): Promise<ImportReport>
  /**
   * Writes the session as files that Baileys' `useMultiFileAuthState` loads, into a new or empty folder (mode 700, files
   * 600, in plain text). A failure leaves nothing there. The session stays in the store: use only one of the two.
   *
   * @throws StoreError `not-linked`; `store-error`: the folder is not empty or cannot be written. LinkError
   * `invalid-session`, `invalid-options`
   */
  exportFolder(session: string, folder: string): Promise<void>
  /**
   * After an opening with `previousKeys`: resolves when nothing is sealed with one of them any more, so that they are
   * not needed again. At once when none were given. The work itself goes on in the background, whether or not anybody
   * waits; after a crash the next opening with the same keys takes it up.
   *
   * @throws StoreError `wrong-key`: another process has brought yet another key; `store-error`: the store was closed
   * before
   */
  resealed(): Promise<void>
  /** Waits for what is being written, and for a change of the key, 10 s at most. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a link hands over once WhatsApp's proof was checked. Written whole, or not at all. */
export interface NewlyLinked {
  readonly session: string
  readonly deviceName: string
  readonly credentials: AuthenticationCreds
  /** Ready to be uploaded by the first login; ids from `firstUnuploadedPreKeyId` to `nextPreKeyId - 1`. */
  readonly preKeys: readonly { readonly id: number; readonly keyPair: KeyPair }[]
  readonly at: Date
}

/** Sole use of something for as long as its holder lives. Renewed every 3 s by itself, void 10 s after the last renewal. */
export interface Lease {
  /** Calls back once, with a StoreError `lease-lost`, when the lease could not be kept; at once when that was before. */
  onLost(listener: (reason: StoreError) => void): void
  /** Aborted for the same reason. Made when it is asked for: it takes 1 KB (measured), and there may be thousands of leases. */
  lostSignal(): AbortSignal
  /** Gives it back. Safe to call twice. */
  release(): Promise<void>
}

export interface LeaseRequest {
  /**
   * `session`: the owner of a session's credentials; `code`: the one live code of an account; `webhooks`: the one server
   * that delivers them.
   */
  readonly kind: 'session' | 'code' | 'webhooks'
  /** The session's name, or the account key of the number. */
  readonly key: string
  readonly signal?: AbortSignal
}

/** A place in an account's window of codes. */
export type Slot =
  | { readonly allowed: true; readonly remaining: number; readonly id: string }
  | { readonly allowed: false; readonly remaining: 0; readonly retryAfterMs: number }

/** How often codes may be asked for one account. Kept in the store alone, atomic between processes. */
export interface CodeLimits {
  /** Takes a slot before WhatsApp is asked. `now` is ms since the epoch. */
  take(accountKey: string, now: number, limit?: { readonly codes: number; readonly windowMs: number }): Promise<Slot>
  peek(accountKey: string, now: number, limit?: { readonly codes: number; readonly windowMs: number }): Promise<Slot>
  /** After 403, 452, 500, an unknown answer or silence: nothing reached the phone, so the slot is free again. */
  giveBack(accountKey: string, id: string): Promise<void>
  /** After an attempt that 400 or 429 ended: waits `backoffMs`, else 60 s, doubled each time up to 1 h. Returns the wait. */
  coolDown(accountKey: string, now: number, backoffMs?: number): Promise<number>
}

/** The inner contract, shared by all stores. `internalsOf(store)` gives it. */
export interface StoreInternals {
  readonly clock: Clock
  readonly limits: CodeLimits
  /** What others than sessions keep here: the server's tokens, invitations, events. */
  readonly collections: Collections
  /** Other hosts may use the same store. */
  readonly shared: boolean
  /** Its key was given by its owner, and does not lie beside the database. */
  readonly ownKey: boolean
  /**
   * One durable transaction: archives what the name held before, writes credentials and pre-keys, state `unconfirmed`.
   * Resolves only when a power cut could no longer take it back.
   */
  saveLinked(linked: NewlyLinked): Promise<void>
  /** A login was seen: `unconfirmed` becomes `linked`; `lastOnlineAt` is set. */
  confirm(session: string, at: Date): Promise<void>
  /** The undo of `saveLinked` for a link that surely never reached WhatsApp: what it replaced comes back. */
  withdraw(session: string): Promise<void>
  /** The credentials go to the archive for 7 days; the name stays listed in this state. */
  retire(session: string, state: 'logged-out' | 'bad-session'): Promise<void>
  /**
   * @throws LeaseHeld when another living holder has it. A holder that may be dead is waited for, 15 s at most; on
   * SQLite and in memory the holder's process id and start time decide at once.
   */
  acquire(request: LeaseRequest): Promise<Lease>
  /** Who took a lease last and did not give it back. Changes nothing. */
  holder(request: Pick<LeaseRequest, 'kind' | 'key'>): Promise<LeaseHolder | undefined>
  /** Runs `close` before the store closes (sockets that still write to it). Returns the way to take that back. */
  beforeClose(close: () => Promise<void>): () => void
}
