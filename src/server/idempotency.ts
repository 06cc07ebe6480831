// The same request twice begins one link: the key names it, across restarts too. The answer is kept, sealed, until the
// link ends; after that the link itself answers.
import { createHash } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { Collection, Collections } from '../store/collections.ts'
import { HttpProblem } from './problem.ts'

export interface KeptAnswer {
  readonly status: 200 | 201
  readonly body: unknown
}

interface Kept {
  /** Of the body; another one under the same key is a mistake. */
  readonly fingerprint: string
  readonly link: string
  readonly at: number
  readonly answer?: KeptAnswer
}

/** What a key stands for. `fresh`: nothing yet, go ahead under this link's id. */
export type Standing =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  /** `at`: ms since the epoch. */
  | { readonly kind: 'begun'; readonly link: string; readonly at: number }

/** All methods throw StoreError. `place` is the caller and the key. */
export interface Idempotency {
  /** @throws HttpProblem idempotency-mismatch */
  begin(place: string, body: unknown, link: string): Promise<Standing>
  /** The link of a begun request was never begun: this one takes its place. */
  takeOver(place: string, body: unknown, link: string): Promise<void>
  answered(place: string, answer: KeptAnswer): Promise<void>
  /** The answer goes, the key still names the link. */
  erase(place: string): Promise<void>
  /** Nothing was begun: the key is free. */
  free(place: string): Promise<void>
}

const KEEP_MS = 24 * 3_600_000

export function createIdempotency(collections: Collections, clock: Clock): Idempotency {
  const kept: Collection<Kept> = collections.open('idempotency', (stored) => stored as Kept)
  return {
    begin: (place, body, link) => {
      const fingerprint = fingerprintOf(body)
      return kept.change<Standing>(place, 'all', (old, now) => {
        if (old === undefined)
          return { put: { value: { fingerprint, link, at: now }, expiresAt: now + KEEP_MS }, result: { kind: 'fresh' } }
        if (old.fingerprint !== fingerprint)
          throw new HttpProblem('idempotency-mismatch', 'this Idempotency-Key was used for another request')
        if (old.answer !== undefined) return { result: { kind: 'answered', answer: old.answer } }
        return { result: { kind: 'begun', link: old.link, at: old.at } }
      })
    },
    takeOver: (place, body, link) =>
      kept.put(place, 'all', { fingerprint: fingerprintOf(body), link, at: clock.now() }, clock.now() + KEEP_MS),
    answered: (place, answer) =>
      kept.change(place, 'all', (old, now) =>
        old === undefined
          ? { result: undefined }
          : { put: { value: { ...old, answer }, expiresAt: now + KEEP_MS }, result: undefined },
      ),
    erase: (place) =>
      kept.change(place, 'all', (old, now) => {
        if (old?.answer === undefined) return { result: undefined }
        const { fingerprint, link, at } = old
        return { put: { value: { fingerprint, link, at }, expiresAt: now + KEEP_MS }, result: undefined }
      }),
    free: (place) => kept.drop(place),
  }
}

/** The validated body: its members come in the order of the schema. */
function fingerprintOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('base64url')
}
