// What an operator watches: the funnel of links, sessions by state, stalls of the event loop. No label holds a number, a
// session's name or a token.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { SessionStateView } from './sessions/sessions.ts'

export type FunnelStage = 'requested' | 'accepted' | 'refused' | 'typed' | 'paired' | 'online'

export interface Metrics {
  /** `seconds`: since the link was requested. `code`: of the refusal. */
  reached(stage: FunnelStage, seconds: number, code?: string): void
  answered(method: string, status: number, seconds: number): void
  /** Event streams that were cut because nobody read. */
  slowReader(): void
  streams(change: 1 | -1): void
  /** `delivered`, `given-up`, or why an attempt failed. */
  webhook(outcome: string): void
  readonly contentType: string
  text(): Promise<string>
  close(): void
}

/** Asked whenever somebody reads the metrics. */
export interface Counts {
  sessions(): Promise<ReadonlyMap<SessionStateView, number>>
  /** Receivers of webhooks by state. */
  webhooks(): Promise<ReadonlyMap<'active' | 'parked', number>>
}

export function createMetrics(counts: Counts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const funnel = new Counter({
    name: 'paircode_links_total',
    help: 'Links that reached a stage; refused ones by the code of their error',
    labelNames: ['stage', 'code'],
    registers,
  })
  const times = new Histogram({
    name: 'paircode_link_stage_seconds',
    help: 'Seconds from the request to a stage',
    labelNames: ['stage'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 180, 600],
    registers,
  })
  const requests = new Histogram({
    name: 'paircode_http_request_seconds',
    help: 'Seconds to answer a request',
    labelNames: ['method', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 20, 60],
    registers,
  })
  const cut = new Counter({
    name: 'paircode_slow_readers_total',
    help: 'Event streams that were cut because nobody read them',
    registers,
  })
  const open = new Gauge({ name: 'paircode_event_streams', help: 'Event streams that are open', registers })
  new Gauge({
    name: 'paircode_sessions',
    help: 'Sessions by state',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      for (const [state, count] of await counts.sessions()) this.set({ state }, count)
    },
  })
  const webhooks = new Counter({
    name: 'paircode_webhook_attempts_total',
    help: 'Attempts to deliver a webhook, by how they went; given-up: after 3 days',
    labelNames: ['outcome'],
    registers,
  })
  new Gauge({
    name: 'paircode_webhook_endpoints',
    help: 'Receivers of webhooks by state; parked: nothing is delivered until somebody resumes it',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      for (const [state, count] of await counts.webhooks()) this.set({ state }, count)
    },
  })
  const loop = monitorEventLoopDelay({ resolution: 10 })
  loop.enable()
  stallGauge(loop, registers)

  return {
    reached(stage, seconds, code = '') {
      funnel.inc({ stage, code })
      times.observe({ stage }, seconds)
    },
    answered: (method, status, seconds) => requests.observe({ method, status: String(status) }, seconds),
    slowReader: () => cut.inc(),
    streams: (change) => open.inc(change),
    webhook: (outcome) => webhooks.inc({ outcome }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    close: () => {
      loop.disable()
      registry.clear()
    },
  }
}

/** The longest stall since the last time somebody looked. */
function stallGauge(loop: IntervalHistogram, registers: Registry[]): void {
  new Gauge({
    name: 'paircode_event_loop_stall_seconds',
    help: 'The longest stall of the event loop since the metrics were last read',
    registers,
    collect() {
      this.set(loop.max > 0 ? loop.max / 1e9 : 0)
      loop.reset()
    },
  })
}
