// Pure but for the drawing of its prefix. What the machine of one attempt is told at its start.
import type { CompanionIdentity } from './identity.ts'
import type { AttemptOptions } from './link.ts'
import type { Settings } from './machine/state.ts'
import type { Randomness } from './randomness.ts'

export function settingsOf(
  { checked, phone, account }: Pick<AttemptOptions, 'checked' | 'phone' | 'account'>,
  { noiseKey, identityKey }: Pick<CompanionIdentity, 'noiseKey' | 'identityKey'>,
  randomness: Randomness,
): Settings {
  return {
    digits: phone?.digits,
    account,
    device: checked.device,
    noisePublicKey: noiseKey.public,
    identityKey,
    notify: checked.notify,
    qr: checked.qr,
    refresh: checked.refresh,
    passkey: checked.passkey,
    maxCodes: checked.maxCodes,
    codeTtlMs: checked.codeTtlMs,
    timeoutMs: checked.timeoutMs,
    connectTimeoutMs: checked.connectTimeoutMs,
    retry: checked.retry,
    idPrefix: `${shortNumber(randomness)}.${shortNumber(randomness)}-`,
  }
}

function shortNumber({ bytes }: Randomness): number {
  return Buffer.from(bytes(2)).readUInt16BE()
}
