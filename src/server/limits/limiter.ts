// rate-limiter-flexible over the store's own documents, so that limits hold on every node and need no second connection
// to a database; in memory where no other host uses the store. Its own stores read the system's clock; this one is told.
import { createRequire } from 'node:module'
import { RateLimiterRes, type RateLimiterStoreAbstract } from 'rate-limiter-flexible'
import type { Clock } from '../../lib/clock.ts'
import type { Collection } from '../../store/collections.ts'
import type { LimitRule } from './rules.ts'

/** Points used in the window that ends at `until` (ms since the epoch). */
export interface Window {
  readonly points: number
  readonly until: number
}

/** Where windows are kept. `change` decides at once, and may be called again. */
export interface WindowStore {
  get(key: string): Promise<Window | undefined>
  change(key: string, next: (old: Window | undefined, now: number) => Window): Promise<Window>
  drop(key: string): Promise<void>
}

/** The package has types for it, but its index does not export it (11.4). */
const StoreAbstract: typeof RateLimiterStoreAbstract = createRequire(import.meta.url)(
  'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js',
)

/** The methods that RateLimiterStoreAbstract asks of a store; it fixes their names. */
export class StoreLimiter extends StoreAbstract {
  readonly #windows: WindowStore
  readonly #clock: Clock

  constructor(name: string, rule: LimitRule, windows: WindowStore, clock: Clock) {
    super({ storeClient: windows, keyPrefix: name, points: rule.points, duration: rule.windowMs / 1_000 })
    this.#windows = windows
    this.#clock = clock
  }

  protected _upsert(key: string, points: number, ms: number, anew: boolean): Promise<Window> {
    return this.#windows.change(key, (old, now) =>
      old === undefined || anew || old.until <= now
        ? { points, until: now + ms }
        : { points: old.points + points, until: old.until },
    )
  }

  protected async _get(key: string): Promise<Window | null> {
    const window = await this.#windows.get(key)
    return window === undefined || window.until <= this.#clock.now() ? null : window
  }

  protected async _delete(key: string): Promise<boolean> {
    await this.#windows.drop(key)
    return true
  }

  protected _getRateLimiterRes(_key: string, changed: number, { points, until }: Window): RateLimiterRes {
    const left = Math.max(0, until - this.#clock.now())
    return new RateLimiterRes(Math.max(0, this.points - points), left, points, points === changed)
  }
}

/** More keys than this, and the windows that ended are thrown out. */
const MANY = 10_000

export function windowsInMemory(clock: Clock): WindowStore {
  const windows = new Map<string, Window>()
  let sweepAt = MANY
  const sweep = (now: number): void => {
    for (const [key, { until }] of windows) if (until <= now) windows.delete(key)
    sweepAt = Math.max(MANY, windows.size * 2)
  }
  return {
    get: async (key) => windows.get(key),
    change: async (key, next) => {
      const now = clock.now()
      const window = next(windows.get(key), now)
      windows.set(key, window)
      if (windows.size > sweepAt) sweep(now)
      return window
    },
    drop: async (key) => void windows.delete(key),
  }
}

export function windowsInStore(windows: Collection<Window>): WindowStore {
  return {
    get: (key) => windows.get(key),
    change: (key, next) =>
      windows.change(key, 'all', (old, now) => {
        const value = next(old, now)
        return { put: { value, expiresAt: value.until }, result: value }
      }),
    drop: (key) => windows.drop(key),
  }
}
