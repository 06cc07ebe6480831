// Every state of the link page, rendered without a server: what axe and the scales look at.
import { type InstructionLanguage, WORDINGS } from '../../src/instructions/instructions.ts'
import type { LinkView } from '../../src/server/links/view.ts'
import type { InvitationPage, PageFrame, PageProblem, VisitPage } from '../../src/server/pages.ts'
import { webPages } from '../../src/web/pages.ts'
import { OPERATOR } from './link-stage.ts'

export const NOW = Date.parse('2026-08-16T12:00:00Z')

export function frameIn(language: InstructionLanguage): PageFrame {
  return { base: '', languages: [], language, wording: WORDINGS[language], here: '/link', nonce: '' }
}

const LINK: LinkView = {
  id: 'id',
  session: 'sales',
  state: 'code',
  code: 'ABCD-EFGH',
  expiresAt: new Date(NOW + 165_000).toISOString(),
  // As long as a real one.
  qr: {
    data: `https://wa.me/settings/linked_devices#${'2@'.padEnd(110, 'aB3')},${'k'.repeat(43)}=,${'i'.repeat(43)}=,${'s'.repeat(43)}=,1`,
    expiresAt: new Date(NOW + 20_000).toISOString(),
  },
  phone: '+1••••••••23',
  jid: null,
  problem: null,
  createdAt: new Date(NOW).toISOString(),
}

export function visitIn(language: InstructionLanguage, more: Partial<VisitPage> = {}): VisitPage {
  return {
    ...frameIn(language),
    operator: OPERATOR,
    deviceName: 'Acme Sales',
    phone: '+1••••••••23',
    link: LINK,
    lastExpiry: null,
    seen: 4,
    now: NOW,
    doneAt: null,
    way: 'code',
    returnUrl: 'https://app.example/done',
    typed: '',
    complaint: null,
    problem: null,
    ...more,
  }
}

export function invitationIn(language: InstructionLanguage, more: Partial<InvitationPage> = {}): InvitationPage {
  return {
    ...frameIn(language),
    operator: OPERATOR,
    purpose: 'So that Acme can answer your repair requests. '.repeat(3).trim(),
    deviceName: 'Acme Sales',
    phone: '+1••••••••23',
    action: '/link/x',
    ...more,
  }
}

/** By name, the HTML of each state with a shape of its own. */
export function statesIn(language: InstructionLanguage): ReadonlyMap<string, string> {
  const visit = (more: Partial<VisitPage>): string => webPages.visit(visitIn(language, more))
  const waiting = (state: LinkView['state']): string =>
    visit({ link: { ...LINK, state, code: null, qr: null, expiresAt: null } })
  const suggestions = [
    { e164: '+5511987654321', shown: '+55 11 98765 4321' },
    { e164: '+12025550123', shown: '+1 202 555 0123' },
  ]
  return new Map([
    ['invitation', webPages.invitation(invitationIn(language))],
    ['invitation for any number', webPages.invitation(invitationIn(language, { phone: null, purpose: '' }))],
    ['number to confirm', visit({ link: null })],
    ['number to type', visit({ link: null, phone: null })],
    [
      'number mistyped',
      visit({ link: null, phone: null, typed: '11 9876', complaint: { reason: 'ambiguous', suggestions } }),
    ],
    ...(['connecting', 'retrying', 'confirming', 'passkey', 'paired'] as const).map(
      (state) => [state, waiting(state)] as const,
    ),
    ['code', visit({})],
    ['another code', visit({ lastExpiry: 'unanswered' })],
    ['QR code', visit({ way: 'qr' })],
    ['no QR code', visit({ way: 'qr', link: { ...LINK, qr: null } })],
    [
      'linked',
      visit({ link: { ...LINK, state: 'online', code: null, qr: null }, doneAt: new Date(NOW).toISOString() }),
    ],
    ['failed', failedIn(language, { code: 'rate-limited', byServer: false, retryAfterMs: 540_000 })],
    ['failed, number to type', failedIn(language, { code: 'rejected', byServer: false }, { phone: null })],
    ['failed, QR code offered', failedIn(language, { code: 'not-available', byServer: false })],
    ['QR code alone', visit({ link: { ...LINK, code: null, phone: null } })],
    ['refused', refusedIn(language, 'invitation-over', 'expired')],
    ['refused for programs', refusedIn(language, 'malformed-request')],
  ])
}

export function failedIn(
  language: InstructionLanguage,
  problem: Omit<PageProblem, 'detail' | 'advice'>,
  more: Partial<VisitPage> = {},
): string {
  return webPages.visit(
    visitIn(language, {
      link: { ...LINK, state: 'failed', code: null, qr: null },
      problem: { ...problem, detail: '', advice: '' },
      ...more,
    }),
  )
}

export function refusedIn(language: InstructionLanguage, code: string, reason?: string): string {
  const problem = { code, reason, byServer: false, detail: 'the request cannot be read', advice: 'Send valid JSON.' }
  return webPages.refusal({ ...frameIn(language), status: 400, problem })
}
