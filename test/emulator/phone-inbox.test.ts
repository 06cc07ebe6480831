import { expect, test } from 'vitest'
import { issueIdentity } from '../../src/emulator/account-identity.ts'
import { addDevice, createAccounts, takeDeviceId } from '../../src/emulator/accounts.ts'
import { encodeDeviceSent, encodeText } from '../../src/emulator/message-content.ts'
import { createPhoneInbox, type TextReceived } from '../../src/emulator/phone-inbox.ts'
import type { Letter, PostOffice } from '../../src/emulator/post-office.ts'
import { createPhoneSignal } from '../../src/emulator/signal.ts'
import { createVirtualClock } from '../../src/emulator/virtual-clock.ts'
import { generateKeyPair, sign } from '../../src/wire/bridge.ts'
import { childOf, type Node } from '../../src/wire/nodes.ts'
import { bytesField, decodeMessage, encodeMessage } from '../../src/wire/protobuf.ts'
import { CONTACT, CONTACT_JID, JID, NUMBER, stillClock } from './steps.ts'

/** The phone of one account, and a device of another that writes to it; what the phone sends is kept. */
function phoneAndDevice() {
  const clock = createVirtualClock(stillClock())
  const accounts = createAccounts()
  const more = { name: 'x', platform: 'android', passkey: false, hosted: false, multiDevice: true } as const
  const account = accounts.add({ digits: NUMBER, ...more })
  const other = accounts.add({ digits: CONTACT, ...more })

  const identity = generateKeyPair()
  const signal = createPhoneSignal(identity)
  const registered = { kind: 'registration', name: 'bot', platformType: 1, ...signal.bundle() } as const
  const linked = (to: typeof account) => addDevice(to, takeDeviceId(to), generateKeyPair().public, registered)
  const device = linked(other)

  const texts: TextReceived[] = []
  const letters: Letter[] = []
  const receipts: { readonly attrs: Readonly<Record<string, string>>; readonly content: readonly Node[] }[] = []
  const post: PostOffice = {
    take: () => {},
    deliver: (letter) => letters.push(letter),
    receiptFromPhone: (_phone, _to, _id, attrs, content = []) => receipts.push({ attrs, content }),
    greet: () => {},
    phoneBundle: () => undefined,
  }
  const onText = (text: TextReceived): void => void texts.push(text)
  const inbox = createPhoneInbox({ account, clock, post, phoneBundle: () => undefined, onText, onCopy: () => {} })

  /** The account's word for the device, as the device sends it along. */
  const vouched = (by = other): Uint8Array => {
    const details = { rawId: 1, keyIndex: 1, now: 0, deviceIdentity: identity.public, advSecret: new Uint8Array(32) }
    const issued = issueIdentity({ account: by.identity, ...details })
    const prefixed = Buffer.concat([Uint8Array.of(6, 1), issued.details, identity.public, by.identity.public])
    return encodeMessage([
      [1, issued.details],
      [2, by.identity.public],
      [3, issued.accountSignature],
      [4, sign(identity.private, prefixed)],
    ])
  }

  const write = async (plaintext: Uint8Array, changes: Partial<Letter> = {}): Promise<Letter> => {
    const encrypted = await signal.encrypt({ user: NUMBER, device: 0 }, plaintext, () => inbox.bundle())
    return {
      id: 'ID',
      from: { account: other, device: device.id },
      to: { account, device: 0 },
      kind: 'text',
      encrypted,
      deviceIdentity: vouched(),
      ...changes,
    }
  }
  const receive = async (letter: Letter): Promise<void> => {
    inbox.receive(letter)
    await clock.advance(0)
  }
  return { account, other, device, linked, signal, texts, letters, receipts, write, receive, vouched, inbox }
}

test('a text that opens a session is read and confirmed', async () => {
  const { write, receive, texts, receipts } = phoneAndDevice()
  await receive(await write(encodeText('hi')))
  expect(texts).toEqual([{ from: CONTACT_JID, text: 'hi' }])
  expect(receipts).toEqual([{ attrs: {}, content: [] }])
})

test('a message that opens a session needs its account’s word for the device', async () => {
  const { write, receive, texts, receipts, vouched, account } = phoneAndDevice()
  const letter = await write(encodeText('hi'))
  const forged = vouched(account)
  const key = bytesField(decodeMessage(forged), 2)
  expect(key).toBeDefined()
  for (const deviceIdentity of [undefined, new Uint8Array(3), forged]) await receive({ ...letter, deviceIdentity })
  expect([texts, receipts]).toEqual([[], []])
  await receive(letter)
  expect(texts).toHaveLength(1)
})

test('what does not open is asked for again, with keys, five times at most', async () => {
  const { write, receive, texts, receipts } = phoneAndDevice()
  const letter = await write(encodeText('hi'))
  const broken = { type: 'msg', ciphertext: letter.encrypted.ciphertext } as const
  for (let retries = 0; retries < 7; retries++) await receive({ ...letter, encrypted: broken, retries })
  expect(texts).toEqual([])
  expect(
    receipts.map(({ attrs, content }) => [
      attrs['type'],
      childOf({ tag: '', attrs: {}, content }, 'retry')?.attrs['count'],
    ]),
  ).toEqual([1, 2, 3, 4, 5].map((count) => ['retry', String(count)]))
  expect(receipts[0]?.content.map(({ tag }) => tag)).toEqual(['retry', 'registration', 'keys'])
})

test('copies of what an own device writes elsewhere are confirmed and not shown; a note to self is', async () => {
  const { write, receive, texts, receipts, account, other, linked, vouched } = phoneAndDevice()
  const own = linked(account)
  const from = { account, device: own.id }
  const elsewhere = await write(encodeDeviceSent(CONTACT_JID, encodeText('for another')))
  await receive({ ...elsewhere, from, chat: other, deviceIdentity: vouched(account) })
  expect(texts).toEqual([])
  expect(receipts[0]?.attrs).toEqual({ type: 'sender', recipient: CONTACT_JID })
  const note = await write(encodeDeviceSent(JID, encodeText('note')))
  await receive({ ...note, from, chat: account, deviceIdentity: vouched(account) })
  expect(texts).toEqual([{ from: JID, text: 'note' }])
})

test('an own device that asks for the app-state key gets it; another account’s does not', async () => {
  const request = encodeMessage([[12, encodeMessage([[2, 7]])]])
  const foreign = phoneAndDevice()
  await foreign.receive(await foreign.write(request))
  expect([foreign.receipts.length, foreign.letters.length]).toEqual([1, 0])

  const { write, receive, letters, account, linked, vouched, signal } = phoneAndDevice()
  const own = linked(account)
  await receive({ ...(await write(request)), from: { account, device: own.id }, deviceIdentity: vouched(account) })
  await expect.poll(() => letters.length).toBe(1)
  const [letter] = letters
  expect(letter).toMatchObject({ peer: true, to: { account, device: own.id } })
  const plaintext = letter && (await signal.decrypt({ user: NUMBER, device: 0 }, letter.encrypted))
  const protocol = decodeMessage(bytesField(decodeMessage(plaintext ?? new Uint8Array()), 12) ?? new Uint8Array())
  expect([protocol.get(2), protocol.has(7)]).toEqual([6, true])
})

test('what the phone sent is sent again to the device that asks, and to no other', async () => {
  const { inbox, letters, other, device, linked, signal } = phoneAndDevice()
  const second = linked(other)
  await inbox.send(other, 'hello').catch(() => {})
  expect(letters.map(({ to }) => to.device)).toEqual([device.id, second.id])
  const id = letters[0]?.id ?? ''
  const ask = (asked: string, count: string): Node => ({
    tag: 'receipt',
    attrs: { id: asked, type: 'retry' },
    content: [{ tag: 'retry', attrs: { count } }],
  })
  inbox.retry(device, ask('unknown', '1'))
  inbox.retry(device, ask(id, '6'))
  inbox.retry(device, ask(id, '1'))
  await expect.poll(() => letters.length).toBe(3)
  expect(letters[2]).toMatchObject({ id, retries: 1, to: { device: device.id }, encrypted: { type: 'pkmsg' } })
  const plaintext = letters[2] && (await signal.decrypt({ user: NUMBER, device: 0 }, letters[2].encrypted))
  expect(Buffer.from(plaintext ?? []).toString()).toContain('hello')
})
