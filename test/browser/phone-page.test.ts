// The phones of the emulator as a person uses them in a browser.
import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { type Emulator, startEmulator } from '../../src/emulator/index.ts'
import { type Linking, link } from '../../src/index.ts'
import { openStore } from '../../src/store/index.ts'
import { axeFindings, browserTest, openTestBrowser, type Visitor } from './browser.ts'

const browser = openTestBrowser()

async function phonesFor(visitor: Visitor = {}) {
  const emulator = await startEmulator()
  const store = await openStore('memory:')
  onTestFinished(() => store.close().then(() => emulator.stop()))
  const phone = emulator.addPhone('+12025550123', { name: 'Owner' })
  emulator.addPhone('+12025550124', { name: 'Ada', platform: 'ios' })
  const { url } = await emulator.openPhonePage()
  const { page, requests, complaints } = await browser.visitor(visitor)
  await page.goto(url)
  const begin = (): Linking => {
    const device = { name: 'Acme Sales' }
    return link({ session: 'a', phone: phone.number, store, endpoint: emulator.endpoint, device, firstLogin: false })
  }
  return { emulator, phone, url, page, requests, complaints, begin }
}

async function type(page: Page, code: string): Promise<void> {
  await page.getByLabel('8 characters').fill(code)
  await page.getByRole('button', { name: 'Link', exact: true }).click()
}

browserTest('a notification comes by itself, a mistyped code can be corrected, and the device is listed', async () => {
  const { page, phone, begin, complaints, requests, url } = await phonesFor()
  expect(await page.locator('.banner').textContent()).toBe('Emulator. This is not WhatsApp.')
  expect(await page.getByText('Enter code to link new device').count()).toBe(0)
  const linking = begin()
  const { code } = await linking.code()
  await page.getByText('Chrome (Linux) wants to be linked').waitFor()
  await page.getByRole('link', { name: 'Enter code' }).click()
  await type(page, code.slice(0, 7))
  await page.getByText('A code has 8 characters').waitFor()
  expect(await page.getByLabel('8 characters').inputValue()).toBe(code.slice(0, 7))
  await type(page, code.toLowerCase())
  await page.getByText('Linked. The device is in the list').waitFor()
  await linking.result
  await page.getByRole('button', { name: 'Log out Acme Sales' }).waitFor()
  expect(phone.linkedDevices()).toHaveLength(1)
  await page.getByRole('button', { name: 'Log out Acme Sales' }).click()
  await page.getByText('No device is linked').waitFor()
  expect(phone.linkedDevices()).toEqual([])
  expect(complaints).toEqual([])
  expect(requests.filter((asked) => !asked.startsWith(new URL(url).origin))).toEqual([])
})

browserTest('the menu leads where it does on a real phone, and a QR code can be pasted', async () => {
  const { page, emulator, phone } = await phonesFor()
  await page.getByRole('link', { name: 'Linked devices' }).click()
  await page.getByRole('link', { name: 'Link a device' }).click()
  await page.getByRole('link', { name: 'Link with phone number instead' }).click()
  await page.getByText('Nothing asks to be linked').waitFor()
  await page.getByRole('link', { name: 'Back' }).click()
  await page.getByLabel('paste the text of the QR code').fill('no QR code')
  await page.getByRole('button', { name: 'Scan' }).click()
  await page.getByRole('alert').waitFor()
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  const linking = link({ session: 'b', store, endpoint: emulator.endpoint, firstLogin: false })
  for await (const event of linking) {
    if (event.type !== 'qr') continue
    await page.getByLabel('paste the text of the QR code').fill(event.data)
    await page.getByRole('button', { name: 'Scan' }).click()
  }
  await page.getByText('Linked. The device is in the list').waitFor()
  expect(phone.linkedDevices()).toHaveLength(1)
})

browserTest('where WhatsApp wants a passkey the phone says so, and what to do; then the device is there', async () => {
  const { emulator, page, url } = await phonesFor({ script: false })
  const owner = emulator.addPhone('+12025550177', { passkey: true })
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  const { endpoint } = emulator
  const linking = link({ session: 'p', phone: owner.number, store, endpoint, passkey: 'wait', firstLogin: false })
  const { code } = await linking.code()
  await page.goto(`${url}/3/code`)
  await type(page, code)
  // At once, and not when the ceremony is over.
  await page.getByText('WhatsApp asks for a passkey').waitFor()
  expect(page.url()).toBe(`${url}/3/devices`)
  for await (const event of linking) {
    if (event.type === 'passkey') await event.respond(owner.confirmPasskey(event.options))
    if (event.type === 'verify') await event.confirm()
  }
  await page.getByRole('button', { name: /Log out/ }).waitFor()
  expect(await page.getByText('WhatsApp asks for a passkey').count()).toBe(0)
})

browserTest('a code that is to be compared is shown on the phone, as the other side shows it', async () => {
  const { emulator, page, url, phone } = await phonesFor()
  emulator.tamper({ at: 'primary_hello', with: 'passkey' })
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  const { endpoint } = emulator
  const linking = link({ session: 'p', phone: phone.number, store, endpoint, passkey: 'wait', firstLogin: false })
  const { code } = await linking.code()
  await page.goto(`${url}/1/code`)
  await type(page, code)
  await page.getByText('WhatsApp asks for a passkey').waitFor()
  expect(await axeFindings(page)).toEqual([])
  for await (const event of linking) {
    if (event.type === 'passkey') await event.respond(phone.confirmPasskey(event.options))
    if (event.type !== 'verify') continue
    await page.getByText('Compare this code').waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(await page.locator('.card .code').textContent()).toBe(event.code)
    await event.confirm()
  }
  await page.getByRole('button', { name: /Log out/ }).waitFor()
})

browserTest(
  'two phones write to each other; a text comes without reload and leaves alone what is being typed',
  async () => {
    const { page, emulator } = await phonesFor()
    await page.getByRole('link', { name: 'Ada' }).last().click()
    await page.getByLabel('Message', { exact: true }).fill('half a mess')
    const [, ada] = emulator.phones
    await ada?.send('+12025550123', 'Hello <b>there</b>')
    await page.locator('.theirs').filter({ hasText: 'Hello <b>there</b>' }).waitFor()
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('half a mess')
    await page.getByLabel('Message', { exact: true }).fill('Good morning')
    await page.keyboard.press('Enter')
    await page.locator('.mine').filter({ hasText: 'Good morning' }).waitFor()
    expect(await ada?.received()).toMatchObject({ text: 'Good morning' })
    await page.locator('#phones').getByRole('link', { name: 'Ada' }).click()
    await page.getByText('Good morning').waitFor()
  },
)

browserTest('everything works without script', async () => {
  const { page, phone, begin } = await phonesFor({ script: false })
  const linking = begin()
  const { code } = await linking.code()
  await page.reload()
  await page.getByRole('link', { name: 'Enter code' }).click()
  await type(page, code)
  await page.getByRole('button', { name: 'Log out Acme Sales' }).waitFor()
  await linking.result
  await page.getByRole('link', { name: 'Chats' }).click()
  await page.getByRole('link', { name: 'Ada' }).last().click()
  await page.getByLabel('Message', { exact: true }).fill('Hello')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.locator('.mine').filter({ hasText: 'Hello' }).waitFor()
  expect(phone.texts()).toMatchObject([{ mine: true, text: 'Hello' }])
})

browserTest('a phone can be added, and a number that is none is told', async () => {
  const { page, emulator } = await phonesFor()
  const add = async (number: string): Promise<void> => {
    await page.getByLabel('Number, country code first').fill(number)
    await page.getByRole('button', { name: 'Add' }).click()
  }
  await page.locator('summary').click()
  await add('12')
  await page.getByText('This phone cannot be added').waitFor()
  expect(await axeFindings(page)).toEqual([])
  await page.getByLabel('Name').fill('Eve')
  await add('+1 202 555 0125')
  await page.getByText('+1 202 555 0125').first().waitFor()
  expect(emulator.phones.map(({ name }) => name)).toEqual(['Owner', 'Ada', 'Eve'])
})

browserTest.each([false, true])(
  'axe finds nothing on any screen, dark: %s',
  async (dark) => {
    const { page, url, begin, emulator, phone } = await phonesFor({ dark })
    const look = async (path: string): Promise<void> => {
      await page.goto(`${url}${path}`)
      expect(await axeFindings(page), path).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360)
    }
    if (!dark) for (const path of ['/1', '/1/devices', '/1/link', '/1/code', '/1/chats/2', '/2']) await look(path)
    const linking = begin()
    const { code } = await linking.code()
    for (const path of ['/1', '/2', '/1/code']) await look(path)
    await type(page, 'ABCD-EFGH')
    await page.getByRole('alert').waitFor({ timeout: 60_000 })
    expect(await axeFindings(page)).toEqual([])
    await linking.cancel()
    await linkAgain(emulator, code)
    await phone.send('+12025550124', 'Hello')
    for (const path of ['/1/devices?done=linked', '/1/chats/2']) await look(path)
  },
  120_000,
)

/** So that a device is listed. */
async function linkAgain(emulator: Emulator, before: string): Promise<void> {
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  const [phone] = emulator.phones
  const linking = link({ session: 'c', phone: '+12025550123', store, endpoint: emulator.endpoint, firstLogin: false })
  const { code } = await linking.code()
  expect(code).not.toBe(before)
  await phone?.enterCode(code)
  await linking.result
}
