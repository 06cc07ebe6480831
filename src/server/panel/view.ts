// What the operator's page shows, as far as the scopes of its token reach.
import type { Caller } from '../access/caller.ts'
import { viewOf as invitationView } from '../invitations/view.ts'
import { sightOf } from '../links/told-event.ts'
import { viewOf as linkView } from '../links/view.ts'
import type { Parts } from '../parts.ts'
import type { PanelPage } from './pages.ts'
import type { Watched } from './watch.ts'

/** Links and invitations of more than this many are on no page; the API has the same limit. */
const MOST = 100

type Content = Pick<PanelPage, 'scopes' | 'sessions' | 'links' | 'invitations' | 'leftAlone' | 'tokens'>

/** @throws StoreError */
export async function panelContent(parts: Parts, { id, scopes }: Caller): Promise<Content> {
  const now = parts.clock.now()
  const isAdmin = scopes.has('admin')
  const [sessions, links, invitations, leftAlone, tokens] = await Promise.all([
    scopes.has('sessions') ? parts.sessions.list() : null,
    scopes.has('links') ? parts.links.newest(MOST) : null,
    scopes.has('links') ? parts.invitations.newest(MOST) : null,
    isAdmin ? parts.doNotPrompt.list() : null,
    isAdmin ? parts.tokens.list() : null,
  ])
  return {
    scopes,
    sessions,
    links:
      links
        ?.filter(({ record }) => isAdmin || record.owner === id)
        .map(({ record, events }) => linkView(record, events, now, sightOf(new Set()))) ?? null,
    invitations:
      invitations?.filter(({ by }) => isAdmin || by === id).map((invitation) => invitationView(invitation, now)) ??
      null,
    leftAlone,
    tokens:
      tokens?.map(({ createdAt, expiresAt, ...token }) => ({
        ...token,
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt?.toISOString() ?? null,
      })) ?? null,
  }
}

/** The states that the page follows. */
export function createPanelLook({ sessions, links, invitations, clock }: Parts): () => Promise<readonly Watched[]> {
  return async () => {
    const [allSessions, newestLinks, newestInvitations] = await Promise.all([
      sessions.list(),
      links.newest(MOST),
      invitations.newest(MOST),
    ])
    const now = clock.now()
    return [
      ...allSessions.map(({ session, state, reason }) => ({
        kind: 'session' as const,
        id: session,
        name: session,
        state: reason === null ? state : `${state} ${reason}`,
        owner: null,
      })),
      ...newestLinks.map(({ record, events }) => {
        const { id, session, state, expiresAt } = linkView(record, events, now, sightOf(new Set()))
        // A new code is a new state, as is the end of one.
        return { kind: 'link' as const, id, name: session, state: `${state} ${expiresAt ?? ''}`, owner: record.owner }
      }),
      ...newestInvitations.map((invitation) => {
        const { id, session, state } = invitationView(invitation, now)
        return { kind: 'invitation' as const, id, name: session, state, owner: invitation.by }
      }),
    ]
  }
}
