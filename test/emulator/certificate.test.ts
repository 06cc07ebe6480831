import { proto } from 'baileys'
import { expect, test } from 'vitest'
import { issueChain } from '../../src/emulator/certificate.ts'
import { startForgedEmulator } from '../../src/emulator/emulator.ts'
import type { CertificateDefect } from '../../src/errors.ts'
import { generateKeyPair, verify } from '../../src/wire/bridge.ts'
import { openRaw } from './raw-companion.ts'
import './steps.ts'

const NOW = Date.UTC(2026, 10, 23)
const DEFECTS: readonly CertificateDefect[] = [
  'incomplete',
  'intermediate-signature',
  'intermediate-issuer',
  'leaf-signature',
  'leaf-issuer',
  'key-mismatch',
  'dates',
]

/** Every check of docs/protocol.md section 1 that fails, read with Baileys' schema. */
function defectsOf(
  chain: Uint8Array,
  root: Uint8Array,
  staticKey: Uint8Array,
  now: number,
): readonly CertificateDefect[] {
  const { leaf, intermediate } = proto.CertChain.decode(chain)
  const { Details } = proto.CertChain.NoiseCertificate
  const leafDetails = Details.decode(leaf?.details ?? new Uint8Array())
  const details = Details.decode(intermediate?.details ?? new Uint8Array())
  const dates = [leafDetails, details].every(
    ({ notBefore, notAfter }) => Number(notBefore) * 1000 <= now && now <= Number(notAfter) * 1000,
  )
  const same = Buffer.compare(leafDetails.key ?? new Uint8Array(), staticKey) === 0
  const complete = leaf?.signature?.length === 64 && intermediate?.signature?.length === 64
  const leafSigned = verify(
    details.key ?? new Uint8Array(),
    leaf?.details ?? new Uint8Array(),
    leaf?.signature ?? new Uint8Array(),
  )
  const intermediateSigned = verify(
    root,
    intermediate?.details ?? new Uint8Array(),
    intermediate?.signature ?? new Uint8Array(),
  )
  const found: CertificateDefect[] = []
  if (!complete) found.push('incomplete')
  if (!intermediateSigned) found.push('intermediate-signature')
  if (details.issuerSerial !== 0 || details.key?.length !== 32) found.push('intermediate-issuer')
  if (complete && !leafSigned) found.push('leaf-signature')
  if (leafDetails.issuerSerial !== details.serial) found.push('leaf-issuer')
  if (!same) found.push('key-mismatch')
  if (!dates) found.push('dates')
  return found
}

test('a chain passes every check', () => {
  const root = generateKeyPair()
  const staticKey = generateKeyPair().public
  expect(defectsOf(issueChain({ root, staticKey, now: NOW }), root.public, staticKey, NOW)).toEqual([])
})

test.each(DEFECTS)('a chain with the defect “%s” fails that check and no other', (defect) => {
  const root = generateKeyPair()
  const staticKey = generateKeyPair().public
  expect(defectsOf(issueChain({ root, staticKey, now: NOW, defect }), root.public, staticKey, NOW)).toEqual([defect])
})

test('a chain holds at the beginning of time too', () => {
  const root = generateKeyPair()
  const staticKey = generateKeyPair().public
  expect(defectsOf(issueChain({ root, staticKey, now: 0 }), root.public, staticKey, 0)).toEqual([])
})

test.each([undefined, ...DEFECTS])(
  'an emulator can be started with the defect %s in what it serves',
  async (defect) => {
    const emulator = await startForgedEmulator(defect)
    const { chain, serverKey } = await openRaw(emulator)
    const found = defectsOf(chain, emulator.endpoint.rootKey, serverKey, Date.now())
    expect(found).toEqual(defect === undefined ? [] : [defect])
    await emulator.stop()
  },
)

test('no two emulators share a root', async () => {
  const [one, other] = await Promise.all([startForgedEmulator(undefined), startForgedEmulator(undefined)])
  expect(Buffer.compare(one.endpoint.rootKey, other.endpoint.rootKey)).not.toBe(0)
  expect(one.endpoint.url).not.toBe(other.endpoint.url)
  await Promise.all([one.stop(), other.stop()])
})
