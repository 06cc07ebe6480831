// People on the link page, in a real browser: from the invitation to the linked device.
import { expect } from 'vitest'
import { leftToRight } from '../../src/web/isolated.ts'
import { qrPicture } from '../../src/web/link/qr-picture.ts'
import { portuguese } from '../../src/web/words/portuguese.ts'
import { NUMBER } from '../server/stage.ts'
import { browserTest, openTestBrowser, type VisitorPage } from './browser.ts'
import { codeOn, type LinkStage, OPERATOR, openInvitation, qrData, setLinkStage, submit } from './link-stage.ts'

const browser = openTestBrowser()
const TEST_MS = 90_000

/** Nothing was asked of anybody else, and nothing was kept from the page. */
function expectClean(stage: LinkStage, { requests, complaints }: VisitorPage): void {
  expect(requests.filter((url) => !url.startsWith(stage.url) && !url.startsWith('data:'))).toEqual([])
  expect(complaints).toEqual([])
}

async function expectLinked(stage: LinkStage): Promise<void> {
  expect(stage.phone.linkedDevices().map(({ name }) => name)).toEqual(['Acme Sales'])
  await expect.poll(async () => (await stage.call('GET', '/v1/sessions/sales')).body.state).toBe('online')
}

/** Fits the window: nothing is cut off, nothing scrolls sideways. */
async function expectNoSidewaysScroll({ page }: VisitorPage): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
}

browserTest(
  'in Portuguese on a small phone: mistyped, corrected, a code, the phone types it, linked, and a note says so',
  async () => {
    const stage = await setLinkStage()
    const visitor = await openInvitation(browser, stage, { language: 'pt-BR', clipboard: true }, { anyNumber: true })
    const { page } = visitor
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('pede para conectar')
    expect(await page.locator('blockquote').textContent()).toBe('So that Acme can answer your repair requests')
    await expectNoSidewaysScroll(visitor)
    await page.getByRole('button', { name: portuguese.asks.goOn }).click()
    expect(new URL(page.url()).pathname).toBe('/link')

    const field = page.getByLabel(portuguese.number.label)
    expect([await field.getAttribute('autocomplete'), await field.getAttribute('inputmode')]).toEqual(['tel', 'tel'])
    await field.fill('+1 202 555 01')
    await submit(page)
    expect(await page.getByRole('alert').textContent()).toBe(portuguese.number.wrong.short)
    expect([await field.inputValue(), await field.getAttribute('aria-invalid')]).toEqual(['+1 202 555 01', 'true'])
    expect(stage.emulator.stanzas).toHaveLength(0)
    // Another language keeps what was typed as well, and tells it in no address.
    await page.getByRole('button', { name: 'English' }).click()
    expect(await page.locator('#phone').inputValue()).toBe('+1 202 555 01')
    expect(page.url()).not.toContain('202')
    await page.getByRole('button', { name: 'Português' }).click()
    await field.fill('+1 202 555 0123')
    await submit(page)

    const code = await codeOn(page)
    await expectNoSidewaysScroll(visitor)
    const copy = page.getByRole('button', { name: portuguese.code.copy })
    await copy.click()
    await page.getByRole('button', { name: portuguese.code.copied }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code)
    const loaded = await page.evaluate('performance.timeOrigin')
    await stage.phone.prompted()
    await stage.phone.enterCode(code)
    await page.getByRole('heading', { name: portuguese.done.title }).waitFor()
    expect(await page.evaluate('performance.timeOrigin')).toBe(loaded) // it was never reloaded
    expect(await page.title()).toBe(portuguese.done.title)
    const back = page.getByRole('link', { name: portuguese.done.back(leftToRight('app.example')) })
    expect(await back.getAttribute('href')).toBe('https://app.example/done')

    await expectLinked(stage)
    const note = await stage.phone.received()
    expect(note.from).toBe(`${NUMBER.slice(1)}@s.whatsapp.net`)
    for (const words of ['Acme Sales', OPERATOR.name, OPERATOR.contact, 'foi conectado', 'Dispositivos conectados'])
      expect(note.text).toContain(words)
    expectClean(stage, visitor)
  },
  TEST_MS,
)

browserTest(
  'without script everything works the same, and the page looks by itself whether something happened',
  async () => {
    const stage = await setLinkStage()
    const { page } = await openInvitation(browser, stage, { script: false })
    await submit(page)
    await submit(page)
    const code = await codeOn(page)
    expect(await page.locator('#copy').isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Scan a QR code instead' }).click()
    expect(await page.getByRole('img').getAttribute('aria-label')).toContain('QR code')
    await page.getByRole('link', { name: 'Type a code instead' }).click()
    expect(await codeOn(page)).toBe(code)
    await stage.phone.enterCode(code)
    // No click: the page renews itself.
    await page.getByRole('heading', { name: 'Linked', exact: true }).waitFor()
    await expectLinked(stage)
  },
  TEST_MS,
)

browserTest(
  'by keyboard alone: every control is reached, shows that it has the focus, and keeps it in another state',
  async () => {
    const stage = await setLinkStage()
    const visitor = await openInvitation(browser, stage)
    const { page } = visitor
    const focused = (script: string): Promise<unknown> => page.evaluate(`document.activeElement${script}`)
    await page.keyboard.press('Tab')
    expect(await focused('.textContent')).toBe('Continue')
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineWidth')).toBe('3px')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/link')
    await page.keyboard.press('Tab')
    expect(await focused('.textContent')).toBe('Get code')
    await page.keyboard.press('Enter')
    await page.locator('[data-code]').waitFor({ state: 'attached' })
    const reached: unknown[] = []
    for (let count = 0; count < 4; count++) {
      await page.keyboard.press('Tab')
      reached.push(await focused('.id'))
    }
    expect(reached).toEqual(['copy', 'way', 'fresh', 'cancel'])
    await stage.phone.enterCode(await codeOn(page))
    await page.getByRole('heading', { name: 'Linked', exact: true }).waitFor()
    // The button is gone: the heading of what is there now has the focus, and the rest follows from it.
    expect(await focused('.tagName')).toBe('H1')
    await page.keyboard.press('Tab')
    expect(await focused('.href')).toBe('https://app.example/done')
    expectClean(stage, visitor)
  },
  TEST_MS,
)

browserTest(
  'in Arabic: from right to left, code and numbers from left to right; changed to Spanish on the way',
  async () => {
    const stage = await setLinkStage()
    const visitor = await openInvitation(browser, stage, { language: 'ar-EG' })
    const { page } = visitor
    const root = page.locator('html')
    expect([await root.getAttribute('lang'), await root.getAttribute('dir')]).toEqual(['ar', 'rtl'])
    await submit(page)
    await submit(page)
    const code = await codeOn(page)
    expect(await page.evaluate("getComputedStyle(document.querySelector('.code')).direction")).toBe('ltr')
    await expectNoSidewaysScroll(visitor)
    await page.getByRole('link', { name: 'Español' }).click()
    expect([await root.getAttribute('lang'), await root.getAttribute('dir')]).toEqual(['es', 'ltr'])
    expect(await codeOn(page)).toBe(code)
    // Chosen once, it stays.
    await page.goto(`${stage.url}/link`)
    expect(await root.getAttribute('lang')).toBe('es')
    await page.getByRole('link', { name: 'العربية' }).click()
    await stage.phone.enterCode(code)
    await page.getByRole('heading', { name: 'تم الربط' }).waitFor()
    expect((await stage.phone.received()).text).toContain('Acme Sales')
    expectClean(stage, visitor)
  },
  TEST_MS,
)

browserTest(
  'by QR code: the picture of the page links the phone that scans it',
  async () => {
    const stage = await setLinkStage()
    const visitor = await openInvitation(browser, stage, { width: 1200, height: 900 })
    const { page } = visitor
    await submit(page)
    await submit(page)
    await page.getByRole('link', { name: 'Scan a QR code instead' }).click()
    await page.getByRole('img').waitFor()
    const data = await qrData(stage, page)
    expect(await page.locator('svg.qr path').last().getAttribute('d')).toBe(
      /stroke="#000" d="([^"]+)"/.exec(qrPicture(data, '').html)?.[1],
    )
    await stage.phone.scanQr(data)
    await page.getByRole('heading', { name: 'Linked', exact: true }).waitFor()
    await expectLinked(stage)
    expectClean(stage, visitor)
  },
  TEST_MS,
)

browserTest(
  'a QR code that another number scans links nothing, and the page says so',
  async () => {
    const stage = await setLinkStage()
    const { page } = await openInvitation(browser, stage)
    await submit(page)
    await submit(page)
    const stranger = stage.emulator.addPhone('+12025550199')
    await expect(stranger.scanQr(await qrData(stage, page))).rejects.toThrow()
    await page.getByRole('heading', { name: 'Not linked' }).waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('Another account answered')
    expect(stranger.linkedDevices()).toEqual([])
    expect((await stage.call('GET', '/v1/sessions')).body.sessions).toEqual([])
  },
  TEST_MS,
)
