// What the routes work with: everything of one server, put together in server.ts.
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Store, StoreInternals } from '../store/contract.ts'
import type { BrowserSessions } from './access/browser-sessions.ts'
import type { Caller } from './access/caller.ts'
import type { Tokens } from './access/tokens.ts'
import type { Audit } from './audit.ts'
import type { DoNotPrompt } from './do-not-prompt.ts'
import type { Idempotency } from './idempotency.ts'
import type { Invitations } from './invitations/invitations.ts'
import type { Limits } from './limits/limits.ts'
import type { OwnDoor } from './link-page/own.ts'
import type { LinkBeginner } from './links/begin-link.ts'
import type { Links } from './links/links.ts'
import type { Metrics } from './metrics.ts'
import type { CheckedServerOptions } from './options.ts'
import type { Outbox } from './outbox.ts'
import type { Operator, Pages } from './pages.ts'
import type { Sessions } from './sessions/sessions.ts'

export interface Parts {
  readonly options: CheckedServerOptions
  readonly store: Store
  readonly internals: StoreInternals
  readonly clock: Clock
  readonly logger: Logger
  readonly tokens: Tokens
  readonly browserSessions: BrowserSessions
  readonly limits: Limits
  readonly audit: Audit
  readonly outbox: Outbox
  readonly metrics: Metrics
  readonly links: Links
  readonly linkBeginner: LinkBeginner
  readonly sessions: Sessions
  readonly doNotPrompt: DoNotPrompt
  readonly idempotency: Idempotency
  readonly invitations: Invitations
  readonly pages: Pages
  /** Whom the pages name as the one who asks. */
  readonly operator: Operator
  /** Given: nothing but the link page is served. */
  readonly linkPage: OwnDoor | undefined
  readonly isClosing: () => boolean
}

/** What one request brings along, given to the app by mount.ts. */
export interface Surroundings {
  /** Path that the server is mounted under, as seen from outside; '' or `/whatsapp`. */
  readonly base: string
  /** Of the one who connected; undefined where the runtime does not tell. */
  readonly peer: string | undefined
}

/** Of hono's context. */
export interface AppEnv {
  Bindings: Surroundings
  Variables: {
    requestId: string
    /** Of the client, as far as the trusted proxies tell. */
    address: string
    /** Set by the guards of /v1 and /ui/v1. */
    caller: Caller
  }
}
