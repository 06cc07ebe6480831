import { initAuthCreds } from 'baileys'
import { describe, expect, it } from 'vitest'
import { freshCredentials, isSigned } from '../../src/store/credentials.ts'
import { verify, withKeyType } from '../../src/wire/bridge.ts'
import { signedCredentials, signedParts } from './samples.ts'

/** Each member's type, so that two objects can be compared without their random contents. */
function shapeOf(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `Buffer(${value.length})`
  if (value instanceof Uint8Array) return `Uint8Array(${value.length})`
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

describe('fresh credentials', () => {
  it('have the fields and types of Baileys’ own', async () => {
    expect(shapeOf(await freshCredentials())).toEqual(shapeOf(initAuthCreds()))
  })

  it('carry a pre-key that their identity really signed', async () => {
    const { signedIdentityKey, signedPreKey } = await freshCredentials()
    expect(verify(signedIdentityKey.public, withKeyType(signedPreKey.keyPair.public), signedPreKey.signature)).toBe(
      true,
    )
  })

  it('are never the same twice', async () => {
    const [one, two] = [await freshCredentials(), await freshCredentials()]
    expect(one.advSecretKey).not.toBe(two.advSecretKey)
    expect(one.noiseKey.private).not.toEqual(two.noiseKey.private)
  })

  it('have a registration id of 14 bits', async () => {
    for (let index = 0; index < 20; index++) {
      const { registrationId } = await freshCredentials()
      expect(registrationId).toBeGreaterThan(0)
      expect(registrationId).toBeLessThan(16_384)
    }
  })
})

describe('credentials that may be kept', () => {
  it('name the account and carry all its signatures', async () => {
    expect(isSigned(await signedCredentials())).toBe(true)
  })

  it('may hold the account in base64, as Baileys’ folders do', async () => {
    const { account } = signedParts()
    const text = JSON.parse(
      JSON.stringify(account, (_, value) =>
        value?.type === 'Buffer' ? Buffer.from(value.data).toString('base64') : value,
      ),
    )
    expect(isSigned(await signedCredentials({ account: text }))).toBe(true)
  })

  it('are none when anything of that is missing', async () => {
    const { account, me } = signedParts()
    expect(isSigned(await freshCredentials())).toBe(false)
    expect(isSigned({ ...(await freshCredentials()), ...(me ? { me } : {}) })).toBe(false)
    for (const missing of ['details', 'accountSignature', 'deviceSignature'] as const)
      for (const empty of [null, Buffer.alloc(0)])
        expect(isSigned(await signedCredentials({ account: { ...account, [missing]: empty } }))).toBe(false)
    expect(isSigned(await signedCredentials({ me: { id: '' } }))).toBe(false)
  })
})
