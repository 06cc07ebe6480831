// The parts of the bench, in the order in which they run.
import { measureImports } from './import.mjs'
import { measureLinksAtOnce } from './links-at-once.mjs'
import { measureStartToCode } from './start-to-code.mjs'
import { measureStore } from './store.mjs'
import { measureTypedToOnline } from './typed-to-online.mjs'
import { measureWaitingLinks } from './waiting-links.mjs'

/**
 * `full`: for `npm run bench`, with the number that the caller gave (`most`: what it may be). `short`: for `bench:check`.
 * @typedef {{ say: (text: string) => void }} Told
 * @type {Record<string, {
 *   most: number,
 *   full: (number: number | undefined, told: Told) => Promise<import('./outcome.mjs').Figure[]>,
 *   short: (told: Told) => Promise<import('./outcome.mjs').Figure[]>,
 * }>}
 */
export const PARTS = {
  import: {
    most: 999,
    full: (runs, told) => measureImports({ runs, ...told }),
    short: (told) => measureImports({ runs: 3, modules: ['paircode', 'baileys'], ...told }),
  },
  'start-to-code': {
    most: 999,
    full: (runs, told) => measureStartToCode({ runs, ...told }),
    short: (told) => measureStartToCode({ runs: 3, ...told }),
  },
  'typed-to-online': {
    most: 200,
    full: (runs, told) => measureTypedToOnline({ runs, ...told }),
    short: (told) => measureTypedToOnline({ runs: 1, roundTrips: [0], ...told }),
  },
  'waiting-links': {
    most: 1_000,
    full: (links, told) => measureWaitingLinks({ links, ...told }),
    short: (told) => measureWaitingLinks({ links: 60, sockets: 25, tls: false, ...told }),
  },
  'links-at-once': {
    most: 8,
    full: (runs, told) => measureLinksAtOnce({ runs, ...told }),
    short: (told) => measureLinksAtOnce({ runs: 2, count: 30, baileys: false, ...told }),
  },
  store: {
    most: 999,
    full: (runs, told) => measureStore({ runs, ...told }),
    short: (told) => measureStore({ runs: 1, works: ['newLink'], ...told }),
  },
}
