// A server on a port of its own, with an emulator as WhatsApp, and the ways to call it.
import { onTestFinished } from 'vitest'
import { type Emulator, type Phone, startEmulator } from '../../src/emulator/index.ts'
import { createVirtualClock, type VirtualClock } from '../../src/emulator/virtual-clock.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { Logger } from '../../src/lib/logger.ts'
import type { TokenScope } from '../../src/server/access/scopes.ts'
import { createTokens, type Tokens } from '../../src/server/access/tokens.ts'
import type { ServerOptions } from '../../src/server/options.ts'
import { openServer, type PaircodeServer, type ServerDoors } from '../../src/server/server.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { internalsOf } from '../../src/store/internals.ts'

export const NUMBER = '+12025550123'
export const OPERATOR_TOKEN = 'operator-token-for-tests-0001'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body, when it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
  readonly body: any
}

export interface CallOptions {
  readonly token?: string | null
  readonly body?: unknown
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export interface Stage {
  readonly emulator: Emulator
  readonly phone: Phone
  readonly store: Store
  readonly clock: VirtualClock
  readonly server: PaircodeServer
  readonly url: string
  readonly tokens: Tokens
  /** Lines that the server itself logged; what sessions and Baileys log is masked, and tested, in session/. */
  readonly log: readonly string[]
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  tokenWith(...scopes: readonly TokenScope[]): Promise<string>
  /** Another server on the same store. */
  another(
    options?: Partial<ServerOptions>,
    doors?: ServerDoors,
  ): Promise<{ readonly server: PaircodeServer; readonly url: string }>
}

export async function setStage(
  options: Partial<ServerOptions> & {
    readonly storeUrl?: string
    readonly storeKey?: Uint8Array
    readonly emulator?: Emulator
  } = {},
  doors: ServerDoors = {},
): Promise<Stage> {
  const { storeUrl = 'memory:', storeKey: key, emulator: given, ...serverOptions } = options
  const emulator = given ?? (await startEmulator())
  const clock = createVirtualClock(systemClock)
  const store = await openStore(storeUrl, { clock, ...(key === undefined ? {} : { key }) })
  const phone = emulator.addPhone(NUMBER)
  const log: string[] = []
  const servers: PaircodeServer[] = []
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.close()))
    await store.close()
    await emulator.stop()
    clock.stop()
  })

  const another: Stage['another'] = async (more = {}, moreDoors = {}) => {
    const server = await openServer(
      {
        store,
        clock,
        endpoint: emulator.endpoint,
        port: 0,
        token: OPERATOR_TOKEN,
        graceMs: 0,
        logger: linesTo(log),
        ...serverOptions,
        ...more,
      },
      moreDoors,
    )
    servers.push(server)
    const { url } = await server.listen()
    return { server, url }
  }
  const { server, url } = await another({}, doors)
  const tokens = createTokens(internalsOf(store).collections, clock)

  return {
    emulator,
    phone,
    store,
    clock,
    server,
    url,
    tokens,
    log,
    another,
    call: (method, path, callOptions) => call(url, method, path, callOptions),
    async tokenWith(...scopes) {
      return (await tokens.create({ name: 'test', scopes })).token
    },
  }
}

export async function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { token = OPERATOR_TOKEN, body, raw, headers = {} } = options
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined && raw === undefined ? {} : { body: raw ?? JSON.stringify(body) }),
  } as RequestInit)
  return answerOf(response)
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** Calls again until it holds; the test's own time limit is the end of it. */
export async function eventually<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look()
    if (holds(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function linesTo(lines: string[], part = ''): Logger {
  const write =
    (level: string) =>
    (o: unknown, m?: string): void => {
      if (part === 'server') lines.push(`${level} ${m ?? ''} ${JSON.stringify(o)}`)
    }
  const logger: Logger = {
    level: 'trace',
    child: (bindings) => ('part' in bindings ? linesTo(lines, String(bindings.part)) : logger),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  return logger
}
