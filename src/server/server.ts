// Puts a server together. Everything it has is made here, and closed here in the opposite order.
import { randomUUID } from 'node:crypto'
import { LinkError } from '../errors.ts'
import { warmBaileys } from '../session/baileys.ts'
import type { ConnectionState } from '../session/connection.ts'
import { createKeeper } from '../session/keeper.ts'
import { maskedLogger } from '../session/masked-logger.ts'
import { internalsOf } from '../store/internals.ts'
import { webPages } from '../web/pages.ts'
import { createBrowserSessions } from './access/browser-sessions.ts'
import { createTokens } from './access/tokens.ts'
import { createApp } from './app.ts'
import { createAudit } from './audit.ts'
import { createDoNotPrompt } from './do-not-prompt.ts'
import { createIdempotency } from './idempotency.ts'
import { createInvitations } from './invitations/invitations.ts'
import { createLimits } from './limits/limits.ts'
import { createLinkEffects } from './link-effects.ts'
import { createNotes } from './link-page/notes.ts'
import type { OwnDoor } from './link-page/own.ts'
import { createLinkBeginner } from './links/begin-link.ts'
import { createLinks } from './links/links.ts'
import { createLinkRecords } from './links/record.ts'
import type { ToldEvent } from './links/told-event.ts'
import { type Listener, listen } from './listen.ts'
import { createMetrics } from './metrics.ts'
import { mount } from './mount.ts'
import { joinNodes } from './nodes.ts'
import { checkReach, checkServerOptions, type ServerOptions } from './options.ts'
import { createOutbox } from './outbox.ts'
import type { Pages } from './pages.ts'
import { createAccounts } from './sessions/accounts.ts'
import { createPresences } from './sessions/presence.ts'
import { createSessions, type SessionStateView, type Sessions } from './sessions/sessions.ts'
import { createWebhooks, type WebhookDoors } from './webhooks/webhooks.ts'

export interface PaircodeServer {
  /** For any runtime with `Request` and `Response`. */
  fetch(request: Request): Promise<Response>
  /** For node:http and Express: `app.use('/whatsapp', server.node)`. */
  node(req: unknown, res: unknown): void
  /** Opens a port of its own; `url` is its address on this machine. @throws LinkError invalid-options */
  listen(): Promise<{ readonly url: string }>
  /**
   * Takes no new links, lets live ones finish (25 s at most, see `graceMs`) or ends them as `cancelled`, and lets go of
   * every socket. The store stays open.
   */
  close(): Promise<void>
}

/** What others plug in: the pages of src/web, and who is shown the first token. */
export interface ServerDoors {
  readonly pages?: Pages
  /** Given: the link page alone, for those whom the app around it lets in. */
  readonly linkPage?: OwnDoor
  /** Called once in the life of a store, on the first start without an operator's token. Show it, keep it nowhere. */
  readonly onFirstToken?: (token: string) => void
  /** How webhooks leave the machine. */
  readonly webhooks?: WebhookDoors
  /** Called when a link of this server has an event to tell, before it is stored: to measure from. The n-th of a link has the id n. */
  readonly onTelling?: (link: string, type: ToldEvent['type']) => void
}

const ACCOUNTS_EVERY_MS = 300_000

/**
 * A server of the HTTP API and the link page on a store, to be mounted or to listen by itself.
 * @throws LinkError invalid-options; StoreError
 */
export function createServer(options: ServerOptions): Promise<PaircodeServer> {
  return openServer(options)
}

export async function openServer(given: ServerOptions, doors: ServerDoors = {}): Promise<PaircodeServer> {
  const options = checkServerOptions(given)
  const { store } = given
  const internals = internalsOf(store)
  const { clock, endpoint } = options
  const { collections, shared } = internals
  // What an unforeseen error says is not ours to know: masked, as everything that a session logs.
  const logger = maskedLogger(options.logger.child({ part: 'server' }))
  const sessionLogger = options.logger.child({ part: 'session' })
  let closing: Promise<void> | undefined

  const nodes = await joinNodes(collections, clock)
  const tokens = createTokens(collections, clock)
  const audit = createAudit(collections, clock, options.retentionDays, logger)
  const outbox = await createOutbox(collections, clock, () => `msg_${randomUUID()}`)
  const webhooks = createWebhooks({
    internals,
    outbox,
    clock,
    logger,
    toLoopback: options.webhooksToLoopback,
    told: (outcome) => metrics.webhook(outcome),
    doors: doors.webhooks,
  })
  const { stirred } = webhooks
  const accounts = createAccounts(collections, store)
  const presences = createPresences({ collections, nodes, outbox, stirred })
  const idempotency = createIdempotency(collections, clock)
  const invitations = createInvitations(collections, clock)
  const doNotPrompt = createDoNotPrompt(collections)
  const metrics = createMetrics({ sessions: () => countedStates(sessions), webhooks: () => webhooks.counted() })
  const operator = options.operator ?? { name: 'The operator of this server', contact: 'this machine' }
  const notes = createNotes({ internals, operator, audit, clock, logger })
  const effects = createLinkEffects({
    notes,
    metrics,
    stirred,
    audit,
    accounts,
    sessions: () => sessions,
    invitations,
    idempotency,
    clock,
    logger,
  })

  const said = (session: string, state: ConnectionState, owned: boolean): void => {
    const details = state.name === 'waiting' || state.name === 'stopped' ? { reason: state.reason } : {}
    const isMine = owned || (state.name === 'stopped' && state.reason !== 'session-busy')
    presences
      .say(session, state.name === 'stopped' && state.reason === 'closed' ? 'offline' : state.name, {
        ...details,
        claim: isMine,
      })
      .catch(() => logger.error({ session }, 'the state of a session could not be written'))
  }

  const keeper =
    given.onSocket === undefined
      ? undefined
      : createKeeper({ store, endpoint, clock, logger: sessionLogger, onSocket: given.onSocket, onState: said })
  const sessions = createSessions({ store, internals, presences, keeper, endpoint, clock, logger: sessionLogger })
  const links = createLinks({
    records: createLinkRecords(collections, outbox),
    collections,
    nodes,
    clock,
    logger,
    onTelling: doors.onTelling,
    ...effects,
  })
  const isClosing = (): boolean => closing !== undefined
  const linkBeginner = createLinkBeginner({
    store,
    links,
    accounts,
    doNotPrompt,
    endpoint,
    node: nodes.self,
    clock,
    logger: sessionLogger,
    isClosing,
  })

  const app = createApp({
    options,
    store,
    internals,
    clock,
    logger,
    tokens,
    browserSessions: createBrowserSessions(collections, tokens, clock, options.token),
    limits: createLimits(options.limits, { collections, shared, clock }),
    audit,
    outbox,
    metrics,
    links,
    linkBeginner,
    sessions,
    doNotPrompt,
    idempotency,
    invitations,
    webhooks,
    pages: doors.pages ?? webPages,
    linkPage: doors.linkPage,
    operator,
    isClosing,
  })
  const mounted = mount(app, options)
  let listener: Promise<Listener> | undefined

  let stopAccounts = (): void => {}

  const close = async (): Promise<void> => {
    await links.close(options.graceMs)
    await notes.sent()
    stopAccounts()
    await (await listener)?.close()
    await keeper?.close()
    await sessions.close()
    await webhooks.close()
    await nodes.close()
    metrics.close()
  }

  try {
    await links.adoptOrphans()
    await presences.adoptOrphans()
    await accounts.refresh()
    stopAccounts = every(clock, ACCOUNTS_EVERY_MS, () => accounts.refresh())
    await keeper?.start()
    webhooks.start()
    if (options.token === undefined && doors.onFirstToken !== undefined) {
      const first = await tokens.createFirst()
      if (first !== undefined) doors.onFirstToken(first)
    }
  } catch (thrown) {
    // Nobody gets a server that could be closed: what was begun ends here.
    await close().catch(() => {})
    throw thrown
  }
  warmBaileys(undefined)

  return {
    ...mounted,
    async listen() {
      if (isClosing()) throw new LinkError('invalid-options', 'the server is closed')
      checkReach(options, internals.ownKey)
      listener ??= listen(mounted, options.host, options.port)
      const opening = listener
      // A port that is taken may be free the next time, and is nothing to be closed.
      opening.catch(() => {
        listener = undefined
      })
      const { url } = await opening
      return { url: `${url}${options.basePath}` }
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

async function countedStates(sessions: Sessions): Promise<ReadonlyMap<SessionStateView, number>> {
  const counts = new Map<SessionStateView, number>()
  for (const { state } of await sessions.list()) counts.set(state, (counts.get(state) ?? 0) + 1)
  return counts
}

/** Returns the way to stop. What fails is tried again the next time. */
function every(
  clock: { setTimeout(run: () => void, ms: number): unknown; clearTimeout(handle: unknown): void },
  ms: number,
  work: () => Promise<void>,
): () => void {
  let stopped = false
  let timer: unknown
  const arm = (): void => {
    timer = clock.setTimeout(() => {
      work()
        .catch(() => {})
        .finally(() => {
          if (!stopped) arm()
        })
    }, ms)
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
      timer.unref()
  }
  arm()
  return () => {
    stopped = true
    clock.clearTimeout(timer)
  }
}
