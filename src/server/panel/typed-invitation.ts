// Pure. The form of an invitation: what was typed, and what the API is asked for.
import type { TypedInvitation } from './pages.ts'

/** Seconds; the first is the default. */
const EXPIRIES: readonly number[] = [3_600, 600, 86_400, 604_800]

export function typedInvitation(form: Readonly<Record<string, string | undefined>>): TypedInvitation {
  const text = (name: string): string => (form[name] ?? '').trim().slice(0, 2_000)
  const expires = EXPIRIES.find((seconds) => String(seconds) === form['expires']) ?? EXPIRIES[0]
  return {
    session: text('session'),
    phone: text('phone'),
    purpose: text('purpose'),
    deviceName: text('deviceName'),
    expires: String(expires),
    returnUrl: text('returnUrl'),
    anyNumber: form['anyNumber'] === 'yes',
  }
}

/** A field that was left empty is left out. */
export function invitationWish(typed: TypedInvitation): object {
  const { session, phone, purpose, deviceName, expires, returnUrl, anyNumber } = typed
  return {
    session,
    purpose,
    expiresInSeconds: Number(expires),
    ...(phone === '' ? {} : { phone }),
    ...(deviceName === '' ? {} : { deviceName }),
    ...(returnUrl === '' ? {} : { returnUrl }),
    ...(anyNumber ? { anyNumber } : {}),
  }
}
