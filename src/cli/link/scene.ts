// Pure. What stands on the screen while a link is on its way, as data: events go in, the next scene comes out.
import type { LinkEvent, QrNotice } from '../../linking/events.ts'
import { CONFIRMING_TEXT, NOTICE_TEXTS, PAIRED_TEXT, PASSKEY_TEXT, verifyText } from './event-words.ts'

export interface Scene {
  readonly status: string
  readonly code?: { readonly text: string; readonly expiresAtMs: number; readonly lifeMs: number }
  readonly qr?: { readonly data: string }
  /** When the wait of a retry is over. */
  readonly resumesAtMs?: number
  /** Nothing happens until the person asks for the next code. */
  readonly asksForEnter: boolean
  /** Something was typed here that belongs on the phone. */
  readonly typedHere: boolean
}

const CONNECTING = 'Connecting to WhatsApp …'

export const OPENING: Scene = { status: CONNECTING, asksForEnter: false, typedHere: false }

/** `now`: ms since the epoch. */
export function sceneAfter(scene: Scene, event: LinkEvent, now: number): Scene {
  const { code, qr } = scene
  const bare: Scene = { ...OPENING, ...(qr === undefined ? {} : { qr }) }
  switch (event.type) {
    case 'connecting':
      return OPENING
    case 'code':
      return {
        ...bare,
        status: 'Waiting for the phone …',
        code: { text: event.code, expiresAtMs: event.expiresAt.getTime(), lifeMs: event.expiresAt.getTime() - now },
      }
    case 'qr':
      return {
        ...bare,
        ...(code === undefined ? {} : { code }),
        status: qrStatus(scene, event.notice),
        qr: { data: event.data },
      }
    case 'confirming':
      return { ...scene, status: CONFIRMING_TEXT, typedHere: false }
    case 'code-expired':
      return event.manual
        ? { ...bare, status: 'Press Enter for a new code.', asksForEnter: true }
        : { ...bare, status: 'Asking WhatsApp for a new code …' }
    case 'retrying':
      return { ...OPENING, status: 'Waiting before the next try', resumesAtMs: now + event.inMs }
    case 'passkey':
      return { ...OPENING, status: PASSKEY_TEXT }
    case 'verify':
      return { ...OPENING, status: verifyText(event.code) }
    case 'paired':
      return { ...OPENING, status: PAIRED_TEXT }
    case 'online':
    case 'failed':
      return { ...OPENING, status: '' }
  }
}

function qrStatus({ code, status }: Scene, notice: QrNotice | undefined): string {
  if (notice !== undefined) return NOTICE_TEXTS[notice]
  return code === undefined ? 'Waiting for the scan …' : status
}

/** A key was pressed that means nothing here. */
export function typedInto(scene: Scene): Scene {
  return { ...scene, typedHere: scene.code !== undefined }
}
