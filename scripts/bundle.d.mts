import type { Plugin } from 'rolldown'

/** src/ → JavaScript in `outDir`. `plugins`: for builds that are not shipped. Rejects when something cannot be resolved. */
export function bundle(outDir: string, options?: { readonly plugins?: readonly Plugin[] }): Promise<void>
/** Makes the program of the thread that writes into a SQLite store. */
export function bundleThread(file: string): Promise<void>
