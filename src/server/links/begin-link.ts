// A wish to link, from the API or a page: everything that can be refused is refused before WhatsApp is asked.
import { randomBytes } from 'node:crypto'
import { LinkError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Browser, DeviceOptions, OperatingSystem } from '../../linking/device.ts'
import { maskPhone } from '../../phone/mask.ts'
import { parsePhone } from '../../phone/parse.ts'
import { link } from '../../session/link.ts'
import type { Store } from '../../store/contract.ts'
import { checkedSessionName } from '../../store/session-name.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import type { DoNotPrompt } from '../do-not-prompt.ts'
import { HttpProblem } from '../problem.ts'
import type { Accounts } from '../sessions/accounts.ts'
import type { Links } from './links.ts'
import type { LiveLink } from './live-link.ts'

export interface LinkWish {
  readonly session: string
  readonly phone?: string | undefined
  /** Without a phone: the number whose account alone may be linked by QR code. */
  readonly account?: string | undefined
  readonly device?:
    | {
        readonly name?: string | undefined
        readonly browser?: Browser | undefined
        readonly os?: OperatingSystem | undefined
      }
    | undefined
  readonly qr?: boolean | undefined
  readonly passkey?: 'fail' | 'wait' | undefined
  readonly ifLinked?: 'return' | 'reject' | 'replace' | undefined
  /** Also when the account is linked under another session. */
  readonly anyway?: boolean | undefined
}

export interface LinkBeginner {
  /**
   * Resolves when WhatsApp gave the first code or refused, when there was nothing to ask, or after 20 s.
   * @throws LinkError and HttpProblem for what was refused before WhatsApp was asked; nothing is kept of such a link
   */
  begin(
    wish: LinkWish,
    by: { readonly owner: string; readonly id: string; readonly idempotency?: string },
  ): Promise<LiveLink>
}

export interface LinkBeginnerParts {
  readonly store: Store
  readonly links: Links
  readonly accounts: Accounts
  readonly doNotPrompt: DoNotPrompt
  readonly endpoint: Endpoint
  readonly node: string
  readonly clock: Clock
  readonly logger: Logger
  readonly isClosing: () => boolean
}

const ANSWER_MS = 20_000

export function newLinkId(): string {
  return randomBytes(16).toString('base64url')
}

export function createLinkBeginner(parts: LinkBeginnerParts): LinkBeginner {
  const { store, links, clock } = parts

  const checked = async (wish: LinkWish): Promise<{ readonly e164: string } | undefined> => {
    checkedSessionName(wish.session)
    if (parts.isClosing()) throw new HttpProblem('shutting-down', 'the server is shutting down')
    const number = wish.phone ?? wish.account
    if (number === undefined) return undefined
    const parsed = parsePhone(number)
    if (!parsed.ok)
      throw new LinkError('invalid-phone', `the number cannot be used (${parsed.reason})`, { advice: parsed.advice })
    if (await parts.doNotPrompt.has(parsed.accountKey))
      throw new HttpProblem('do-not-prompt', 'the operator does not let this number be asked')
    const elsewhere =
      wish.anyway === true ? undefined : await parts.accounts.linkedElsewhere(parsed.accountKey, wish.session)
    if (elsewhere !== undefined)
      throw new LinkError('session-exists', 'this account is linked under another session; its phone was not asked', {
        advice: 'Use that session, or send `"anyway": true` to link the account a second time.',
      })
    return parsed
  }

  return {
    async begin(wish, { owner, id, idempotency }) {
      const named = await checked(wish)
      const phone = wish.phone === undefined ? undefined : named
      const record = {
        id,
        session: wish.session,
        phone: phone === undefined ? null : maskPhone(phone.e164),
        node: parts.node,
        owner,
        createdAt: clock.now(),
        ...(idempotency === undefined ? {} : { idempotency }),
      }
      const live = await links.start(record, (signal) =>
        link({
          session: wish.session,
          store,
          endpoint: parts.endpoint,
          clock,
          logger: parts.logger,
          signal,
          ifLinked: wish.ifLinked ?? 'reject',
          ...(phone === undefined ? {} : { phone: phone.e164 }),
          ...(wish.account === undefined ? {} : { account: named?.e164 }),
          ...(wish.device === undefined ? {} : { device: deviceOf(wish.device) }),
          ...(wish.qr === undefined ? {} : { qr: wish.qr }),
          ...(wish.passkey === undefined ? {} : { passkey: wish.passkey }),
        }),
      )
      await answer(live, clock)
      if (live.error !== undefined && isRefusedHere(live.error)) {
        await links.forget(live)
        throw live.error
      }
      return live
    },
  }
}

function deviceOf({ name, browser, os }: NonNullable<LinkWish['device']>): DeviceOptions {
  return {
    ...(name === undefined ? {} : { name }),
    ...(browser === undefined ? {} : { browser }),
    ...(os === undefined ? {} : { os }),
  }
}

/** WhatsApp was not asked: its own refusals have a number, and its faults other codes. */
function isRefusedHere({ code, status }: LinkError): boolean {
  if (code === 'rate-limited') return status === undefined
  return (
    code.startsWith('invalid-') || ['session-exists', 'session-busy', 'code-outstanding', 'store-error'].includes(code)
  )
}

function answer(live: LiveLink, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, ANSWER_MS)
    void Promise.race([live.answered, live.over]).then(() => {
      clock.clearTimeout(timer)
      resolve()
    })
  })
}
