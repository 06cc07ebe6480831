// What Baileys needs in its credentials to finish a code that we asked for, lent to it in such a way that nobody writes it
// down. Baileys reads `pairingCode` and `me.id` of the live credentials object when the phone answers, and then has all
// credentials saved: before WhatsApp confirmed the account, and also when the code was wrong. Credentials on disk with `me`
// but no signed account log in as a device that does not exist (401; docs/protocol.md section 8).
import type { AuthenticationCreds } from 'baileys'

export interface LentCredentials {
  /** Baileys sees the account from now on. Who serialises or copies the credentials does not. */
  show(): void
  /** The phone did not answer in time: no account, and the QR codes on show are good again. The code stays. */
  hide(): void
  /** Everything as it was. Does nothing after an account came. */
  takeBack(): void
}

/**
 * `taken` is called when an account is written into the credentials: by Baileys at `pair-success`, before anybody saves
 * them. By then all of ours is gone from them.
 */
export function lendCredentials(
  creds: AuthenticationCreds,
  lent: { readonly code: string; readonly digits: string },
  taken: () => void,
): LentCredentials {
  // No name: Baileys would send a presence for each change of it.
  const me = { id: `${lent.digits}@s.whatsapp.net` }
  const { advSecretKey } = creds
  const before = {
    me: Object.getOwnPropertyDescriptor(creds, 'me'),
    pairingCode: Object.getOwnPropertyDescriptor(creds, 'pairingCode'),
    registered: Object.getOwnPropertyDescriptor(creds, 'registered'),
  }
  let shown = false
  let registered = false
  let over = false

  /** Not enumerable: neither JSON nor a spread nor Object.assign sees it. */
  const hidden = { configurable: true, enumerable: false }

  const end = (): void => {
    if (over) return
    over = true
    // A code that somebody else put there in the meantime is theirs.
    const code = creds.pairingCode
    restore(creds, 'pairingCode', before.pairingCode)
    if (code !== lent.code) creds.pairingCode = code
    restore(creds, 'me', before.me)
    restore(creds, 'registered', before.registered)
  }

  Object.defineProperty(creds, 'pairingCode', { ...hidden, writable: true, value: lent.code })
  Object.defineProperty(creds, 'me', {
    ...hidden,
    get: () => (shown ? me : undefined),
    set(value: NonNullable<AuthenticationCreds['me']>) {
      end()
      creds.me = value
      if (registered && creds.account !== undefined) creds.registered = true
      taken()
    },
  })
  // Baileys says so when WhatsApp took companion_finish, which it also does for a wrong code; then bots do not ask again.
  Object.defineProperty(creds, 'registered', {
    configurable: true,
    enumerable: true,
    get: () => before.registered?.value === true,
    set(value: boolean) {
      registered ||= value
    },
  })

  const hide = (): void => {
    shown = false
    registered = false
    creds.advSecretKey = advSecretKey
  }

  return {
    show() {
      if (!over) shown = true
    },
    hide() {
      if (!over) hide()
    },
    takeBack() {
      if (over) return
      hide()
      end()
    },
  }
}

function restore(creds: AuthenticationCreds, name: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) Reflect.deleteProperty(creds, name)
  else Object.defineProperty(creds, name, descriptor)
}
