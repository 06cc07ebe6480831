// A server whose links are listened to, and what it told beside what was heard.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ServerOptions } from '../../src/server/index.ts'
import { openServer } from '../../src/server/server.ts'
import { openStore } from '../../src/store/index.ts'
import { startChild } from '../child.ts'
import { type Stall, startBystander } from './bystander.ts'
import { faultsOf } from './faults.ts'
import type { HeardLink } from './listener.ts'

const TOKEN = 'the-operator-of-this-proof-0001'
const LIMIT_MS = 20 * 60_000
const MANY = { points: 1_000_000_000, windowMs: 60_000 }
const NO_LIMITS = { token: MANY, links: MANY, refusals: MANY, address: MANY, invitation: MANY }

export interface ListenedLinks {
  /** Events that all listeners heard together. */
  readonly heard: number
  readonly faults: readonly string[]
  /** ms from the moment when the link had an event to tell until it was written to the connection of its listener. */
  readonly latency: { readonly count: number; readonly median: number; readonly p99: number; readonly most: number }
  /** ms that the event loop of the server stood still, from the moment when all links waited. */
  readonly stall: Stall
  /** The same of a thread that did nothing meanwhile: what the machine does to any program. */
  readonly idle: Stall
  /** The last event of a link → how often. */
  readonly ends: ReadonlyMap<string, number>
  /** What all of it took. */
  readonly ms: number
}

/** `program`: outside.ts, made into one file (scripts/bundled-programs.mjs). */
export async function listenToLinks(
  count: number,
  program: string,
  where: 'sqlite' | 'memory',
): Promise<ListenedLinks> {
  const start = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'paircode-listeners-'))
  const outside = startChild(program, { LINKS: String(count) })
  const said = async (type: string): Promise<{ readonly [more: string]: unknown }> => {
    const found = await outside.until((one) => one.type === type, type, LIMIT_MS)
    if (found === undefined) throw new Error(`it ended before it was ${type}: ${outside.complaint()}`)
    return found
  }
  const store = await openStore(where === 'memory' ? 'memory:' : `sqlite:${join(folder, 'sessions.db')}`)
  try {
    const { url, rootKey } = await said('ready')
    const endpoint = { url: String(url), rootKey: new Uint8Array(Buffer.from(String(rootKey), 'base64')) }
    const stopwatch = createStopwatch()
    const options: ServerOptions = { store, endpoint, token: TOKEN, limits: NO_LIMITS, graceMs: 0 }
    const server = await openServer(options, { onTelling: stopwatch.telling })
    const listener = createServer((req, res) => {
      stopwatch.watch(req, res)
      server.node(req, res)
    })
    try {
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
      const { port } = listener.address() as AddressInfo
      outside.tell(JSON.stringify({ url: `http://127.0.0.1:${port}`, token: TOKEN }))
      await said('waiting')
      const bystander = await startBystander()
      const loop = monitorEventLoopDelay({ resolution: 5 })
      loop.enable()
      const { links, mishaps } = await said('heard')
      loop.disable()
      const stall = { p99: loop.percentile(99) / 1e6, most: loop.max / 1e6 }
      const idle = await bystander.stop()
      const judgement = judged(stopwatch, links as readonly HeardLink[])
      const faults = [...(mishaps as readonly string[]), ...judgement.faults]
      return { ...judgement, faults, stall, idle, ms: performance.now() - start }
    } finally {
      await server.close()
      listener.close().closeAllConnections()
    }
  } finally {
    await outside.kill()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Stopwatch {
  /** Link → the types that it told, the n-th with the id n. */
  readonly told: ReadonlyMap<string, readonly { readonly type: string; readonly at: number }[]>
  /** ms, of each event that was told while somebody listened. */
  readonly latencies: readonly number[]
  telling(link: string, type: string): void
  /** Notes when each event is written to this connection, if it is one of events. */
  watch(req: IncomingMessage, res: ServerResponse): void
}

function createStopwatch(): Stopwatch {
  const told = new Map<string, { readonly type: string; readonly at: number }[]>()
  const latencies: number[] = []
  return {
    told,
    latencies,
    telling(link, type) {
      const events = told.get(link) ?? []
      events.push({ type, at: performance.now() })
      told.set(link, events)
    },
    watch(req, res) {
      const [, link] = /^\/v1\/links\/([^/]+)\/events$/.exec(req.url ?? '') ?? []
      if (link === undefined) return
      let listensFrom: number | undefined
      const write = res.write.bind(res) as (chunk: unknown, ...rest: unknown[]) => boolean
      res.write = (chunk: unknown, ...rest: unknown[]): boolean => {
        const now = performance.now()
        listensFrom ??= now
        for (const [, number] of Buffer.from(chunk as Uint8Array)
          .toString()
          .matchAll(/^id: (\d+)$/gm)) {
          const at = told.get(link)?.[Number(number) - 1]?.at ?? 0
          if (at > listensFrom) latencies.push(now - at)
        }
        return write(chunk, ...rest)
      }
    },
  }
}

function judged(
  { told, latencies }: Stopwatch,
  links: readonly HeardLink[],
): Omit<ListenedLinks, 'stall' | 'idle' | 'ms'> {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  const ends = new Map<string, number>()
  for (const { events } of links) {
    const end = events.at(-1)?.[1] ?? 'nothing'
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  const types = new Map([...told].map(([link, events]) => [link, events.map(({ type }) => type)]))
  return {
    heard: links.reduce((sum, { events }) => sum + events.length, 0),
    faults: faultsOf(types, links),
    latency: { count: sorted.length, median: at(0.5), p99: at(0.99), most: sorted.at(-1) ?? 0 },
    ends,
  }
}
