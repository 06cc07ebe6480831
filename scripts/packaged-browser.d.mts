import type { Browser } from 'playwright-core'

/** Why there is no browser on this system; undefined: there is one. */
export const noBrowser: string | undefined
export const LAUNCH_MS: number
/** Rejects when a package is missing. */
export function launchBrowser(): Promise<Browser>
