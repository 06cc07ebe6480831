// The sessions of a store: the life cycle's decisions, carried out in the database.
import { StoreError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Backend, LinkRow, Write } from './backend.ts'
import type { NewlyLinked, SessionInfo } from './contract.ts'
import { isSigned } from './credentials.ts'
import { outdated, refuseOutdated, refuseUnknown } from './fence.ts'
import { sweep } from './guarded.ts'
import {
  adopt,
  archivedOf,
  confirm,
  listedOf,
  liveOf,
  remove,
  replace,
  restore,
  retire,
  undo,
  withdraw,
} from './life-cycle.ts'
import {
  infoOf,
  type LinkDetails,
  type NewLink,
  openDetails,
  type SealedLink,
  sealDetails,
  sealedLargeLink,
  sealedLink,
} from './links.ts'
import type { Seal } from './seal.ts'
import { checkedSessionName } from './session-name.ts'
import type { LinkId, ValueCodec } from './values.ts'

export interface Sessions {
  list(archived: boolean): Promise<readonly SessionInfo[]>
  get(session: string): Promise<SessionInfo | undefined>
  remove(session: string): Promise<void>
  restore(session: string): Promise<void>
  saveLinked(linked: NewlyLinked): Promise<void>
  confirm(session: string, at: Date): Promise<void>
  withdraw(session: string): Promise<void>
  retire(session: string, ended: 'logged-out' | 'bad-session'): Promise<void>
  /** A new link takes its name over; the one before goes to the archive. */
  add(fresh: NewLink): Promise<LinkId>
  /** A link from elsewhere, for a name without live credentials. */
  adopt(fresh: NewLink): Promise<void>
  live(session: string): Promise<{ readonly row: LinkRow; readonly details: LinkDetails } | undefined>
  /** What saved credentials tell about a link, as long as it is live. */
  note(of: LinkId, details: LinkDetails, confirmedAt: number | undefined): Promise<void>
}

export function createSessions(backend: Backend, seal: Seal, codec: ValueCodec, clock: Clock): Sessions {
  /** Changes on their way, so that a read sees every change that was called before it. */
  const changing = new Map<string, Promise<unknown>>()

  const change = async (session: string, decide: (links: readonly LinkRow[]) => readonly Write[]): Promise<void> => {
    const changed = backend.change(session, (links) => {
      refuseUnknown(seal, links)
      return { writes: [...decide(links), sweep(clock.now())], result: undefined }
    })
    const settled = Promise.allSettled([changing.get(session), changed])
    changing.set(session, settled)
    void settled.then(() => {
      if (changing.get(session) === settled) changing.delete(session)
    })
    await changed
  }

  const linksOf = async (session: string): Promise<readonly LinkRow[]> => {
    await changing.get(session)
    return backend.readLinks(session)
  }

  /** A new name has no other links that would tell of another key: the check value does, and the link is taken back. */
  const write = async (
    { row, values }: SealedLink,
    decide: (links: readonly LinkRow[], row: LinkRow, now: number) => readonly Write[],
  ): Promise<void> => {
    await change(row.session, (links) => [...decide(links, row, clock.now()), ...values])
    try {
      await refuseOutdated(seal, backend)
    } catch (refusal) {
      await backend.change(row.session, (links) => ({ writes: undo(links, row.link), result: undefined }))
      throw refusal
    }
  }

  const add = async (fresh: NewLink): Promise<LinkId> => {
    refuseUnsigned(fresh)
    const link = sealedLink(seal, codec, fresh)
    await write(link, replace)
    return link.row
  }

  return {
    async list(archived) {
      await Promise.all(changing.values())
      const links = await backend.readLinks()
      const wanted = archived ? archivedOf(links, clock.now()) : links.filter((row) => row.listed).sort(byName)
      return wanted.map((row) => infoOf(seal, row))
    },
    async get(session) {
      const row = listedOf(await linksOf(checkedSessionName(session)))
      return row === undefined ? undefined : infoOf(seal, row)
    },
    remove: async (session) => {
      checkedSessionName(session)
      await change(session, (links) => remove(links, session, clock.now()))
    },
    restore: async (session) => {
      checkedSessionName(session)
      await change(session, (links) => restore(links, session, clock.now()))
    },
    saveLinked: async ({ session, deviceName, credentials, preKeys, at }) => {
      checkedSessionName(session)
      const pairedPreKeyId = credentials.firstUnuploadedPreKeyId
      const createdAt = at.getTime()
      await add({ session, deviceName, credentials, preKeys, createdAt, pairedPreKeyId, confirmed: false })
    },
    confirm: (session, at) => change(session, (links) => confirm(links, session, at.getTime())),
    withdraw: (session) => change(session, (links) => withdraw(links, session)),
    retire: (session, ended) => change(session, (links) => retire(links, session, ended, clock.now())),
    add,
    adopt: async (fresh) => {
      refuseUnsigned(fresh)
      await write(await sealedLargeLink(seal, codec, fresh), adopt)
    },
    async live(session) {
      const row = liveOf(await linksOf(session))
      return row === undefined ? undefined : { row, details: openDetails(seal, row) }
    },
    note: (of, details, confirmedAt) =>
      change(of.session, (links) => {
        const live = liveOf(links)
        if (live?.link !== of.link) return []
        if (!seal.isCurrent(live.details)) throw outdated()
        const seen = confirmedAt === undefined ? {} : { confirmed: true, lastOnlineAt: confirmedAt }
        return [{ type: 'put-link', row: { ...live, ...seen, details: sealDetails(seal, of, details) } }]
      }),
  }
}

function refuseUnsigned({ credentials }: NewLink): void {
  if (!isSigned(credentials))
    throw new StoreError('store-error', 'credentials without a signed account are never stored')
}

function byName(a: LinkRow, b: LinkRow): number {
  return a.session < b.session ? -1 : 1
}
