import { type AuthenticationCreds, BufferJSON, initAuthCreds } from 'baileys'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LentCredentials, lendCredentials } from '../../src/baileys/lent-credentials.ts'

const CODE = '1234ABCD'
const JID = '12025550123@s.whatsapp.net'
const ACCOUNT = { details: Buffer.of(1), accountSignatureKey: Buffer.of(2), accountSignature: Buffer.of(3) }

function lent(creds: AuthenticationCreds = initAuthCreds()): {
  creds: AuthenticationCreds
  lent: LentCredentials
  taken: () => number
} {
  let taken = 0
  const made = lendCredentials(creds, { code: CODE, digits: '12025550123' }, () => {
    taken += 1
  })
  return { creds, lent: made, taken: () => taken }
}

/** As useMultiFileAuthState writes them. */
const written = (creds: AuthenticationCreds): string => JSON.stringify(creds, BufferJSON.replacer)

test('Baileys reads the code at once and the account when it is shown; nobody writes them down', () => {
  const { creds, lent: loan } = lent()
  expect([creds.pairingCode, creds.me]).toEqual([CODE, undefined])
  loan.show()
  expect(creds.me).toEqual({ id: JID })
  for (const copy of [JSON.parse(written(creds)), { ...creds }, structuredClone(creds), Object.assign({}, creds)]) {
    expect(copy).not.toHaveProperty('me')
    expect(copy).not.toHaveProperty('pairingCode')
  }
})

test('an account that Baileys puts in is there for good, with all that belongs to it, before anybody saves', () => {
  const { creds, lent: loan, taken } = lent()
  loan.show()
  creds.registered = true
  expect(creds.registered).toBe(false)
  Object.assign(creds, { account: ACCOUNT, me: { id: '12025550123:1@s.whatsapp.net' } })
  expect(taken()).toBe(1)
  expect(JSON.parse(written(creds))).toMatchObject({ me: { id: '12025550123:1@s.whatsapp.net' }, registered: true })
  expect(creds.pairingCode).toBeUndefined()
  const kept = written(creds)
  loan.hide()
  loan.takeBack()
  expect(written(creds)).toBe(kept)
})

test('a plain request for a code on the same socket gets its own code and account', () => {
  const { creds, taken } = lent()
  creds.pairingCode = 'PLAINONE'
  creds.me = { id: JID, name: '~' }
  expect([taken(), creds.pairingCode, creds.me]).toEqual([1, 'PLAINONE', { id: JID, name: '~' }])
  expect(written(creds)).toContain('PLAINONE')
})

test('an update of Baileys that names all credentials changes none of what is lent', () => {
  const { creds, lent: loan } = lent()
  loan.show()
  creds.registered = true
  Object.assign(creds, creds)
  expect([creds.pairingCode, creds.me?.id, creds.registered]).toEqual([CODE, JID, false])
})

test('whatever happened in between, taking it back leaves the credentials as they were', () => {
  const steps = fc.constantFrom('show', 'hide', 'registered', 'secret', 'update')
  fc.assert(
    fc.property(fc.array(steps), fc.boolean(), (happened, fromDisk) => {
      const fresh = initAuthCreds()
      // Read from a folder they have no undefined members.
      const before: AuthenticationCreds = fromDisk ? JSON.parse(written(fresh), BufferJSON.reviver) : fresh
      const descriptors = Object.getOwnPropertyDescriptors(before)
      const { creds, lent: loan, taken } = lent(before)
      for (const step of happened) {
        if (step === 'show') loan.show()
        if (step === 'hide') loan.hide()
        if (step === 'registered') creds.registered = true
        if (step === 'secret') creds.advSecretKey = 'derived'
        if (step === 'update') Object.assign(creds, creds)
        expect(written(creds)).not.toContain(JID)
      }
      loan.takeBack()
      loan.show()
      expect(Object.getOwnPropertyDescriptors(creds)).toEqual(descriptors)
      expect(taken()).toBe(0)
    }),
    { numRuns: 50 },
  )
})
