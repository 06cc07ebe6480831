// Pure. What a link's events mean, in sentences for people.
import type { LinkEvent, QrNotice } from '../../linking/events.ts'
import { duration, sentence } from '../printing/words.ts'

type Expired = Extract<LinkEvent, { type: 'code-expired' }>

const VOID_BECAUSE: Readonly<Record<Expired['reason'], string>> = {
  timeout: 'Nobody typed the code in time, so it no longer works.',
  unanswered: 'The phone fell silent; most likely a character was mistyped. That code no longer works.',
  refresh: 'WhatsApp asked for another code. The old one no longer works.',
  disconnected: 'The connection was lost, and the code with it: that one no longer works.',
}

export function expiredText({ reason, manual }: Expired): string {
  return `${VOID_BECAUSE[reason]} ${manual ? 'WhatsApp wants you to ask for the next one.' : 'A new one follows.'}`
}

export function retryText({ error, inMs, attempt, attempts }: Extract<LinkEvent, { type: 'retrying' }>): string {
  return `${sentence(error.message)} Next try in ${duration(inMs)} (${attempt} of ${attempts}).`
}

export const CONFIRMING_TEXT =
  'The phone answered; WhatsApp checks the code. If the phone shows an error, type it again.'
export const PAIRED_TEXT = 'The account is linked. Logging in for the first time …'
export const PASSKEY_TEXT =
  'WhatsApp asks this account for a passkey. Its owner has to confirm on WhatsApp’s own page; nothing can be typed here.'

export function verifyText(code: string): string {
  return `The phone shows a code, too. Is it ${code} on both screens? Go on only then; else press Ctrl-C.`
}

/** What stands beside a new QR code, if anything. */
export const NOTICE_TEXTS: Readonly<Record<QrNotice, string>> = {
  'scan-again': 'WhatsApp did not take that scan. Scan the new picture.',
  'no-multi-device': 'That phone’s WhatsApp is too old to link devices. Update it there, then scan again.',
}
