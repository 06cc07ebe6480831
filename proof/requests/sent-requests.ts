// The requests, sent to a server of its own over real HTTP.
import { startEmulator } from '../../src/emulator/index.ts'
import { createServer, type ServerOptions } from '../../src/server/index.ts'
import { openStore } from '../../src/store/index.ts'
import { randomFrom } from '../random.ts'
import { faultOf, type GivenAnswer } from './judged-answer.ts'
import { type Description, type MadeRequest, madeRequest } from './made-request.ts'

/** Longer than the server itself allows an answer. */
const HANG_MS = 90_000
const TOKEN = 'the-operator-of-this-proof-0001'
const MANY = { points: 1_000_000_000, windowMs: 60_000 }
const NO_LIMITS = { token: MANY, links: MANY, refusals: MANY, address: MANY, invitation: MANY }

export interface SentRequests {
  readonly sent: number
  readonly faults: readonly string[]
  /** Status → how often. */
  readonly statuses: ReadonlyMap<number, number>
  /** Call of the description → how often it was answered with 2xx. */
  readonly succeeded: ReadonlyMap<string, number>
  readonly calls: number
}

export async function sendRequests(options: {
  readonly count: number
  readonly seed: number
  readonly atOnce: number
}): Promise<SentRequests> {
  const emulator = await startEmulator()
  for (const number of ['+12025550123', '+12025550124']) emulator.addPhone(number)
  const store = await openStore('memory:')
  const limits = { limits: NO_LIMITS, graceMs: 0 } as Partial<ServerOptions>
  const server = await createServer({ store, endpoint: emulator.endpoint, port: 0, token: TOKEN, ...limits })
  try {
    const { url } = await server.listen()
    return await send(url, options)
  } finally {
    await server.close()
    await store.close()
    await emulator.stop()
  }
}

async function send(
  url: string,
  { count, seed, atOnce }: { readonly count: number; readonly seed: number; readonly atOnce: number },
): Promise<SentRequests> {
  const description = (await (await fetch(`${url}/openapi.json`)).json()) as Description
  const random = randomFrom(seed)
  const names: string[] = []
  const known = (): string | undefined => names[Math.floor(random() * names.length)]
  const faults: string[] = []
  const statuses = new Map<number, number>()
  const succeeded = new Map<string, number>()
  let sent = 0

  const one = async (): Promise<void> => {
    const request = madeRequest(description, '/v1', random, known)
    sent += 1
    try {
      const answer = await answered(url, request)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      if (answer.status < 300) succeeded.set(request.call, (succeeded.get(request.call) ?? 0) + 1)
      remember(names, answer)
      const fault = faultOf(request, answer, description)
      if (fault !== undefined) faults.push(`${told(request)}: ${fault}`)
    } catch (thrown) {
      if (!isRefusedByClient(thrown)) faults.push(`${told(request)}: ${String(thrown)} ${causeOf(thrown)}`)
    }
  }
  const worker = async (): Promise<void> => {
    while (sent < count) await one()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const alive = await fetch(`${url}/healthz`)
  if (!alive.ok) faults.push(`afterwards /healthz says ${alive.status}`)
  const calls = Object.values(description.paths).reduce((sum, operations) => sum + Object.keys(operations).length, 0)
  return { sent, faults, statuses, succeeded, calls }
}

async function answered(url: string, { method, path, headers, body }: MadeRequest): Promise<GivenAnswer> {
  const isStream = path.includes('/events')
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: { ...headers, Authorization: `Bearer ${TOKEN}` },
    signal: AbortSignal.timeout(HANG_MS),
    ...(body === undefined ? {} : { body }),
  } as RequestInit)
  const text = isStream && response.ok ? await cut(response) : await response.text()
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    requestId: response.headers.get('x-request-id'),
    injected: response.headers.get('x-injected'),
    text,
  }
}

/** A stream of events has no end while its link lives. */
async function cut(response: Response): Promise<string> {
  await response.body?.cancel()
  return ''
}

function remember(names: string[], { text }: GivenAnswer): void {
  for (const [, name] of text.matchAll(/"(?:id|session|name)":"([^"\\]{1,64})"/g))
    if (name !== undefined) names.push(name)
  names.splice(0, names.length - 200)
}

/** An address or header that no client can send. */
function isRefusedByClient(thrown: unknown): boolean {
  return thrown instanceof TypeError && /Failed to parse URL|Invalid header|invalid header/.test(String(thrown.message))
}

function causeOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause !== undefined ? String(thrown.cause) : ''
}

function told({ method, path, body }: MadeRequest): string {
  return `${method} ${path.slice(0, 150)} ${String(body ?? '').slice(0, 200)}`
}
