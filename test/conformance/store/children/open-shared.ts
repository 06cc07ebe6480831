import type { Store } from '../../../../src/store/contract.ts'
import { type OpenOptions, openStore } from '../../../../src/store/open.ts'

/** SQLite keeps its own key beside the file; on PostgreSQL all processes are given the same one. */
export function optionsFor(url: string): OpenOptions {
  return url.startsWith('postgres') ? { key: Buffer.alloc(32, 7) } : {}
}

export function openShared(url: string): Promise<Store> {
  return openStore(url, optionsFor(url))
}
