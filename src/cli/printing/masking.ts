// Pure. Numbers as they are shown to people; what is hidden in text is decided where the logger of sessions does it.
import { maskPhone } from '../../phone/mask.ts'
import { maskNumbers } from '../../session/log-masking.ts'

/**
 * A JID as it may be shown: `1••••••••23:12@s.whatsapp.net` keeps the device and hides the account. A hidden identity
 * (`@lid`) is treated the same.
 */
export function maskJid(jid: string): string {
  const [, user, rest = ''] = /^(\d+)(.*)$/s.exec(jid) ?? []
  if (user === undefined) return maskNumbers(jid)
  return `${maskPhone(`+${user}`).replace(/^\+/, '')}${rest}`
}

/** The number behind a JID, or digits alone, masked: `+1••••••••23`. Behind a hidden identity is none to be known. */
export function maskedNumberOf(jid: string): string {
  if (/@(hosted\.)?lid$/.test(jid)) return 'a hidden number'
  return maskPhone(`+${jid.split(/[:@]/, 1)[0] ?? ''}`)
}
