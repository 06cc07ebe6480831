// Whether stored credentials can log in at all: with wrong ones Baileys throws in the middle of its handshake, which looks
// like a lost connection and would be tried for ever.
import type { AuthenticationCreds } from 'baileys'

/** Stored, but no login can be made of them. Names what is wrong, never its value. */
export class UnusableCredentials extends Error {
  constructor(what: string) {
    super(`the stored credentials cannot be used: ${what}`)
    this.name = 'UnusableCredentials'
  }
}

/** The same measure as for folders that are imported. Throws UnusableCredentials. */
export async function checkUsable(credentials: AuthenticationCreds): Promise<void> {
  // Not needed before a login is: it stays out of what a link loads before its code.
  const { checkedCredentials } = await import('../store/folder/check.ts')
  const checked = checkedCredentials(credentials)
  if (!checked.ok) throw new UnusableCredentials(checked.defect.what)
}
