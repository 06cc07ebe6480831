// Accounts that the operator wants left alone. Found by their keyed hash; what is listed is masked.
import { LinkError } from '../errors.ts'
import { maskPhone } from '../phone/mask.ts'
import { parsePhone } from '../phone/parse.ts'
import { type Collection, type Collections, NEVER } from '../store/collections.ts'

export interface LeftAlone {
  readonly phone: string
  readonly note?: string
  readonly addedAt: string
}

/** All methods throw StoreError. */
export interface DoNotPrompt {
  has(accountKey: string): Promise<boolean>
  /** @throws LinkError invalid-phone */
  add(phone: string, note: string | undefined, at: Date): Promise<LeftAlone>
  /** False when it was not there. @throws LinkError invalid-phone */
  remove(phone: string): Promise<boolean>
  list(): Promise<readonly LeftAlone[]>
}

export function createDoNotPrompt(collections: Collections): DoNotPrompt {
  const accounts: Collection<LeftAlone> = collections.open('do-not-prompt', (stored) => stored as LeftAlone)
  return {
    has: async (accountKey) => (await accounts.get(accountKey)) !== undefined,
    async add(phone, note, at) {
      const { accountKey, e164 } = accepted(phone)
      const entry = { phone: maskPhone(e164), addedAt: at.toISOString(), ...(note === undefined ? {} : { note }) }
      await accounts.put(accountKey, 'all', entry, NEVER)
      return entry
    },
    remove: async (phone) =>
      accounts.change(accepted(phone).accountKey, 'all', (old) => ({ drop: true, result: old !== undefined })),
    async list() {
      const found: LeftAlone[] = []
      for await (const { value } of accounts.all('all')) found.push(value)
      return found
    },
  }
}

function accepted(phone: string): { readonly accountKey: string; readonly e164: string } {
  const parsed = parsePhone(phone, { lenient: true })
  if (parsed.ok) return parsed
  throw new LinkError('invalid-phone', `the number cannot be used (${parsed.reason})`, { advice: parsed.advice })
}
