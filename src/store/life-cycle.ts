// Pure. What becomes of a name's links: each function takes all links of one name and says what to write.
// A link that is replaced, removed or retired goes to the archive with its values; a moment later nothing has been
// copied, only its row changed.
import { StoreError } from '../errors.ts'
import type { LinkRow, Write } from './backend.ts'
import type { SessionState } from './contract.ts'

/** docs/protocol.md section 10 says which ends forget credentials; forgotten ones can be restored for this long. */
export const ARCHIVE_MS = 7 * 24 * 3_600_000

export function stateOf(row: LinkRow): SessionState {
  return row.ended ?? (row.confirmed ? 'linked' : 'unconfirmed')
}

export function listedOf(links: readonly LinkRow[]): LinkRow | undefined {
  return links.find((row) => row.listed)
}

/** The link whose credentials are in use. */
export function liveOf(links: readonly LinkRow[]): LinkRow | undefined {
  return links.find((row) => row.listed && row.ended === null && row.kept)
}

/** Newest first. */
export function archivedOf(links: readonly LinkRow[], now: number): readonly LinkRow[] {
  return links
    .filter((row) => row.kept && row.archivedAt !== null && now - row.archivedAt < ARCHIVE_MS)
    .sort((a, b) => Number(b.archivedAt) - Number(a.archivedAt) || b.createdAt - a.createdAt)
}

/** A new link takes the name over. */
export function replace(links: readonly LinkRow[], fresh: LinkRow, now: number): readonly Write[] {
  const before = listedOf(links)
  if (before === undefined) return [put(fresh)]
  return [put(unlisted(before, now)), put({ ...fresh, replaced: before.link })]
}

/** A link from elsewhere takes the name, as long as nobody uses it. */
export function adopt(links: readonly LinkRow[], fresh: LinkRow, now: number): readonly Write[] {
  refuseLive(links, fresh.session, 'imported', 'import the folder')
  return replace(links, fresh, now)
}

/** @throws StoreError store-error when live credentials would have to give way */
export function refuseLive(links: readonly LinkRow[], session: string, done: string, next: string): void {
  if (liveOf(links) === undefined) return
  throw new StoreError('store-error', `session ${session} holds live credentials: nothing was ${done}`, {
    advice: `Remove the session ${session} first, then ${next}.`,
  })
}

/** The inverse of `replace`, for a link that no login ever confirmed. */
export function withdraw(links: readonly LinkRow[], session: string): readonly Write[] {
  const withdrawn = listedOrThrow(links, session)
  if (stateOf(withdrawn) !== 'unconfirmed')
    throw new StoreError(
      'store-error',
      `session ${session} is ${stateOf(withdrawn)}: only an unconfirmed link can be withdrawn`,
      {
        advice: 'Log the session out, or remove it.',
      },
    )
  return undo(links, withdrawn.link)
}

/** Takes back a link that was just written: what it replaced is listed again. */
export function undo(links: readonly LinkRow[], link: number): readonly Write[] {
  const fresh = links.find((row) => row.link === link)
  const before = links.find((row) => row.link === fresh?.replaced)
  const gone: Write = { type: 'drop-link', link }
  return before === undefined || fresh?.listed !== true ? [gone] : [gone, put(relisted(before))]
}

/** A login was seen. */
export function confirm(links: readonly LinkRow[], session: string, at: number): readonly Write[] {
  const live = liveOf(links)
  if (live === undefined) throw notLinked(session)
  return [put({ ...live, confirmed: true, lastOnlineAt: at })]
}

/** Ended by WhatsApp, or unusable: stays listed, its credentials go to the archive. */
export function retire(
  links: readonly LinkRow[],
  session: string,
  ended: 'logged-out' | 'bad-session',
  now: number,
): readonly Write[] {
  const listed = listedOrThrow(links, session)
  return [put({ ...listed, ended, archivedAt: listed.archivedAt ?? (listed.kept ? now : null) })]
}

export function remove(links: readonly LinkRow[], session: string, now: number): readonly Write[] {
  return [put(unlisted(listedOrThrow(links, session), now))]
}

/** The newest archived link of the name is in use again, as it was. */
export function restore(links: readonly LinkRow[], session: string, now: number): readonly Write[] {
  refuseLive(links, session, 'restored', 'restore it')
  const newest = archivedOf(links, now)[0]
  if (newest === undefined)
    throw new StoreError('not-linked', `nothing of session ${session} is in the archive`, {
      advice: 'The archive keeps credentials for 7 days. Link the session again.',
    })
  const listed = listedOf(links)
  const back: Write = put({ ...newest, listed: true, ended: null, archivedAt: null, replaced: null })
  return listed === undefined || listed.link === newest.link ? [back] : [put(unlisted(listed, now)), back]
}

function put(row: LinkRow): Write {
  return { type: 'put-link', row }
}

function unlisted(row: LinkRow, now: number): LinkRow {
  return { ...row, listed: false, archivedAt: row.archivedAt ?? now }
}

function relisted(row: LinkRow): LinkRow {
  return { ...row, listed: true, archivedAt: row.ended === null || !row.kept ? null : row.archivedAt }
}

function listedOrThrow(links: readonly LinkRow[], session: string): LinkRow {
  const listed = listedOf(links)
  if (listed === undefined) throw notLinked(session)
  return listed
}

function notLinked(session: string): StoreError {
  return new StoreError('not-linked', `there is no session ${session} in the store`)
}
