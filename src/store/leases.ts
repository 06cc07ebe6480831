// Sole use of a session or of an account's live code, between processes. A lease is a record that names its holder; it
// is renewed every 3 s and void 10 s after the last renewal, by the store's clock.
import { randomUUID } from 'node:crypto'
import { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Lease, LeaseRequest } from './contract.ts'
import { type Holder, isSame, type Life, lifeOf, thisProcess } from './holder.ts'
import type { RecordChange, Records } from './records.ts'

/** At the latest. */
const RENEW_MS = 3_000
/**
 * A renewal comes up to this part earlier, each time by another, and the first one from `FIRST_MS` on: a thousand leases that
 * were taken together, or that waited together, would otherwise be renewed together for ever, with every other write behind
 * them.
 */
const SPREAD = 0.2
/** A link that is quick to show its code does not meet it. */
const FIRST_MS = 1_000
/** Leases that are due within so many ms of one another are renewed together, in one transaction. */
const TOGETHER_MS = 50
/**
 * At most so many renewals, or this part of the leases, are with the store at one time; it writes in the order of the calls,
 * and after a halt of the process whatever comes next would wait for all of them (1,000 leases on a busy machine: 1.5 s;
 * measured).
 */
const AT_ONCE = 32
const PART_AT_ONCE = 1 / 16
const VOID_MS = 10_000
/** A holder gives up a second before others may take over. */
const LOST_MS = 9_000
/** How long a holder that may be dead is waited for. */
const WAIT_MS = 15_000
const LOOK_AGAIN_MS = 1_000
/** A void record is kept so long before it is swept up: whoever slept for less finds that nobody took it. */
const KEEP_MS = 24 * 3_600_000

interface LeaseRecord {
  readonly id: string
  readonly holder: Holder
  readonly renewedAt: number
}

/** Another living holder has it. Callers tell people: `session` → session-busy, `code` → code-outstanding. */
export class LeaseHeld extends Error {
  readonly kind: LeaseRequest['kind']
  readonly host: string
  readonly pid: number
  /** Held in this very process. */
  readonly here: boolean

  constructor(kind: LeaseRequest['kind'], holder: Holder, here: boolean) {
    super(here ? 'held in this process' : `held by process ${holder.pid} on ${holder.host}`)
    this.name = 'LeaseHeld'
    this.kind = kind
    this.host = holder.host
    this.pid = holder.pid
    this.here = here
  }
}

export interface Leases {
  /**
   * @throws LeaseHeld; the signal's reason when it is aborted; StoreError
   */
  acquire(request: LeaseRequest): Promise<Lease>
  /** Who took it last and did not give it back. Changes nothing. */
  holder(request: Pick<LeaseRequest, 'kind' | 'key'>): Promise<LeaseHolder | undefined>
  /** Gives all of them back; no more can be had. */
  close(): Promise<void>
}

/** Who took a lease, as far as can be told from here. */
export interface LeaseHolder {
  readonly host: string
  readonly pid: number
  /** `unknown`: on another host or in another container. */
  readonly life: Life
  /** It is dead, or did not renew the lease in time: the next one who asks gets it. */
  readonly isOver: boolean
}

interface Held {
  readonly id: string
  readonly key: string
  /** Those who want to know that it was lost. */
  told: (reason: StoreError) => void
  lostBy: StoreError | undefined
  renewedAt: number
  /** From the moment when it is due. */
  renewing: boolean
  /** When it is looked at next. */
  dueAt: number
}

/** `random`: 0 to 1, a new one at each call. */
export function createLeases(
  records: Records,
  clock: Clock,
  self: Holder = thisProcess(),
  random: () => number = Math.random,
): Leases {
  const holding = new Set<Held>()
  const due = new Set<Held>()
  const underWay = new Set<Held>()
  let timer: unknown
  let armedFor = Number.POSITIVE_INFINITY
  let closed = false

  const arm = (dueAt: number): void => {
    if (dueAt >= armedFor) return
    clock.clearTimeout(timer)
    armedFor = dueAt
    timer = clock.setTimeout(tick, Math.max(0, dueAt - clock.now()))
    unref(timer)
  }

  const tick = (): void => {
    const now = clock.now()
    // The timer says that this moment has come; the clock may say it a little later, or was set back meanwhile.
    const until = Math.max(now, armedFor)
    timer = undefined
    armedFor = Number.POSITIVE_INFINITY
    let next = Number.POSITIVE_INFINITY
    for (const lease of holding) {
      if (isDue(lease, until)) attendTo(lease, now)
      if (lease.dueAt < next) next = lease.dueAt
    }
    if (holding.size > 0) arm(Math.max(next, now + TOGETHER_MS))
  }

  const attendTo = (lease: Held, now: number): void => {
    const lostAt = lease.renewedAt + LOST_MS
    const next = now + RENEW_MS * (1 - SPREAD + SPREAD * random())
    lease.dueAt = lostAt > now ? Math.min(next, lostAt) : next
    if (lease.renewing) return loseIfLate(lease)
    lease.renewing = true
    due.add(lease)
    renewNext()
  }

  const renewNext = (): void => {
    const most = Math.max(AT_ONCE, holding.size * PART_AT_ONCE)
    for (const lease of due) {
      if (underWay.size >= most) return
      due.delete(lease)
      underWay.add(lease)
      void renew(lease)
    }
  }

  const letGo = (lease: Held): void => {
    holding.delete(lease)
    due.delete(lease)
    if (underWay.delete(lease)) renewNext()
    if (holding.size > 0 || timer === undefined) return
    clock.clearTimeout(timer)
    timer = undefined
    armedFor = Number.POSITIVE_INFINITY
  }

  const lose = (lease: Held, message: string, cause?: unknown): void => {
    letGo(lease)
    const reason = new StoreError('lease-lost', message, { cause })
    lease.lostBy = reason
    lease.told(reason)
  }

  const loseIfLate = (lease: Held, cause?: unknown): void => {
    if (holding.has(lease) && clock.now() - lease.renewedAt >= LOST_MS)
      lose(lease, 'the lease could not be renewed in time', cause)
  }

  const renew = async (lease: Held): Promise<void> => {
    const startedAt = clock.now()
    try {
      const kept = await records.update('lease', lease.key, readLease, (old, now) => renewed(old, lease.id, now))
      if (!holding.has(lease)) return
      if (kept) lease.renewedAt = startedAt
      else lose(lease, 'another holder took the lease over')
    } catch (cause) {
      loseIfLate(lease, cause)
    } finally {
      lease.renewing = false
      if (underWay.delete(lease)) renewNext()
    }
  }

  const release = async (lease: Held): Promise<void> => {
    letGo(lease)
    // A record that cannot be dropped now is void in 10 s by itself.
    await records
      .update('lease', lease.key, readLease, (old) => ({ drop: old?.id === lease.id, result: undefined }))
      .catch(() => {})
  }

  const held = async (id: string, key: string, renewedAt: number): Promise<Lease> => {
    const dueAt = renewedAt + FIRST_MS + (RENEW_MS - FIRST_MS) * random()
    const lease: Held = { id, key, told: nobody, lostBy: undefined, renewedAt, renewing: false, dueAt }
    if (closed) {
      await release(lease)
      throw storeClosed()
    }
    holding.add(lease)
    arm(dueAt)
    let released: Promise<void> | undefined
    return {
      onLost: (listener) => whenLost(lease, listener),
      lostSignal: () => lostSignal(lease),
      release: () => {
        released ??= release(lease)
        return released
      },
    }
  }

  return {
    async acquire({ kind, key, signal }) {
      const place = `${kind} ${key}`
      const id = randomUUID()
      const giveUpAt = clock.now() + WAIT_MS
      let watched: Watched | undefined
      for (;;) {
        signal?.throwIfAborted()
        if (closed) throw storeClosed()
        const now = clock.now()
        const other = await records.update('lease', place, readLease, (old, storeNow) =>
          isFree(old, storeNow, watched, now, self)
            ? { put: stored({ id, holder: self, renewedAt: storeNow }), result: undefined }
            : { result: old },
        )
        if (other === undefined) return held(id, place, now)
        if (isAlive(other, watched?.record, self) || now >= giveUpAt)
          throw new LeaseHeld(kind, other.holder, isSame(other.holder, self))
        watched ??= { record: other, since: now }
        await sleep(clock, LOOK_AGAIN_MS, signal)
      }
    },
    holder: ({ kind, key }) =>
      records.update('lease', `${kind} ${key}`, readLease, (old, now) => ({ result: holderOf(old, now, self) })),
    async close() {
      closed = true
      await Promise.all([...holding].map(release))
    },
  }
}

const nobody = (): void => {}

/** The clock may have been set back since. */
function isDue({ dueAt }: Held, now: number): boolean {
  return dueAt <= now || dueAt > now + RENEW_MS
}

function whenLost(lease: Held, listener: (reason: StoreError) => void): void {
  if (lease.lostBy !== undefined) return listener(lease.lostBy)
  const { told } = lease
  lease.told =
    told === nobody
      ? listener
      : (reason) => {
          told(reason)
          listener(reason)
        }
}

function lostSignal(lease: Held): AbortSignal {
  const aborter = new AbortController()
  whenLost(lease, (reason) => aborter.abort(reason))
  return aborter.signal
}

function holderOf(stored: LeaseRecord | undefined, now: number, self: Holder): LeaseHolder | undefined {
  if (stored === undefined) return undefined
  const { host, pid } = stored.holder
  const life = lifeOf(stored.holder, self)
  return { host, pid, life, isOver: life === 'dead' || now - stored.renewedAt >= VOID_MS }
}

interface Watched {
  readonly record: LeaseRecord
  readonly since: number
}

/**
 * Nobody has it, its holder died, or it was not renewed for 10 s: by the store's clock, or, should that clock have been
 * set back, as watched from here.
 */
function isFree(
  old: LeaseRecord | undefined,
  storeNow: number,
  watched: Watched | undefined,
  now: number,
  self: Holder,
): boolean {
  if (old === undefined || storeNow - old.renewedAt >= VOID_MS || lifeOf(old.holder, self) === 'dead') return true
  return watched !== undefined && !isChanged(old, watched.record) && now - watched.since >= VOID_MS
}

function storeClosed(): StoreError {
  return new StoreError('store-error', 'the store is closed')
}

function renewed(old: LeaseRecord | undefined, id: string, now: number): RecordChange<LeaseRecord, boolean> {
  if (old?.id !== id) return { result: false }
  return { put: stored({ ...old, renewedAt: now }), result: true }
}

function stored(value: LeaseRecord): { readonly value: LeaseRecord; readonly expiresAt: number } {
  return { value, expiresAt: value.renewedAt + KEEP_MS }
}

/** By its process, or because it changed while we looked. */
function isAlive(record: LeaseRecord, before: LeaseRecord | undefined, self: Holder): boolean {
  if (lifeOf(record.holder, self) === 'alive') return true
  return before !== undefined && isChanged(record, before)
}

function isChanged(record: LeaseRecord, before: LeaseRecord): boolean {
  return before.id !== record.id || before.renewedAt !== record.renewedAt
}

/** Written by this package and sealed, so a wrong shape is damage, not input. */
function readLease(value: unknown): LeaseRecord {
  const lease = value as LeaseRecord
  if (typeof lease.id === 'string' && Number.isFinite(lease.renewedAt) && Number.isFinite(lease.holder?.pid))
    return lease
  throw new StoreError('store-error', 'the record of a lease is damaged')
}

function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clock.clearTimeout(handle)
      reject(signal?.reason)
    }
    const handle = clock.setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** A lease alone does not keep a process running. */
function unref(handle: unknown): void {
  if (typeof handle === 'object' && handle !== null && 'unref' in handle && typeof handle.unref === 'function')
    handle.unref()
}
