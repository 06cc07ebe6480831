// Every way in which the link page can end other than linked: each is told plainly, and what to do next works.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { english } from '../../src/web/words/english.ts'
import type { ProblemName } from '../../src/web/words/words.ts'
import { eventually } from '../server/stage.ts'
import { browserTest, openTestBrowser } from './browser.ts'
import { codeOn, type LinkStage, openInvitation, setLinkStage, submit } from './link-stage.ts'

const browser = openTestBrowser()
const TEST_MS = 90_000
const NUMBER_WITH_PASSKEY = '+12025550177'

async function expectTold(page: Page, name: ProblemName): Promise<void> {
  const [what, next] = english.problems[name]
  await page.locator('main').getByText(what).waitFor()
  const alert = (await page.getByRole('alert').textContent()) ?? ''
  expect(alert).toContain(next)
}

/** Lets time run until the page shows it. In steps, so that what is on its way, pings too, arrives in between. */
async function untilShown(stage: LinkStage, page: Page, text: string): Promise<void> {
  await eventually(
    async () => {
      await stage.emulator.advance(5_000)
      await stage.clock.advance(5_000)
      return page.locator('main').getByText(text).count()
    },
    (count) => count > 0,
  )
}

async function untilTold(stage: LinkStage, page: Page, name: ProblemName): Promise<void> {
  await untilShown(stage, page, english.problems[name][0])
  await expectTold(page, name)
}

browserTest(
  'a code that expires is followed by a new one, which works; one can be asked for; the last one ends it',
  async () => {
    const stage = await setLinkStage()
    const { page } = await openInvitation(browser, stage)
    await submit(page)
    await submit(page)
    const first = await codeOn(page)
    const left = page.getByRole('timer')
    expect(await left.textContent()).toMatch(/^(?:3:00|2:5\d)$/)
    await expect.poll(() => left.textContent()).not.toBe('3:00')

    await untilShown(stage, page, english.code.again.timeout)
    const second = await codeOn(page)
    expect(second).not.toBe(first)
    expect(await page.locator('#said').textContent()).toContain(english.code.again.timeout)

    await page.getByRole('button', { name: english.code.fresh }).click()
    await page.locator('main').getByText(english.code.again.refresh).waitFor()
    const third = await codeOn(page)
    expect([first, second]).not.toContain(third)
    await expect(stage.phone.enterCode(second)).rejects.toThrow()

    await untilTold(stage, page, 'expired')
    // More than three codes in ten minutes there are not; the page says how long to wait, and goes on then.
    await submit(page)
    await expectTold(page, 'rate-limited')
    expect(await page.getByRole('alert').textContent()).toMatch(/try again in \d+ minutes?\./)
    await stage.clock.advance(600_000)
    await submit(page)
    await stage.phone.enterCode(await codeOn(page))
    await page.getByRole('heading', { name: english.done.title, exact: true }).waitFor()
  },
  TEST_MS,
)

browserTest(
  'each refusal of WhatsApp is told in words, and the next try is a button away',
  async () => {
    const stage = await setLinkStage({ limits: { invitation: { points: 50, windowMs: 3_600_000 } } })
    const { page } = await openInvitation(browser, stage)
    await submit(page)
    const told: readonly (readonly [number, ProblemName])[] = [
      [403, 'forbidden'],
      [452, 'not-available'],
      [499, 'rejected'],
    ]
    for (const [code, name] of told) {
      stage.emulator.fail({ at: 'companion_hello', code })
      await submit(page)
      await expectTold(page, name)
      expect(await page.title()).toBe(english.failed)
    }
    stage.emulator.fail({ at: 'companion_hello', code: 500, times: 3 })
    await page.locator('main form button:not(.second)').last().click({ noWaitAfter: true })
    await untilTold(stage, page, 'network')
    stage.emulator.fail({ at: 'companion_hello', code: 429, backoffS: 300 })
    await submit(page)
    await expectTold(page, 'rate-limited')
    await submit(page)
    await expectTold(page, 'rate-limited')
    expect(await page.getByRole('alert').textContent()).toContain('5 minutes')
  },
  TEST_MS,
)

browserTest(
  'a mistyped code, a forged proof, a passkey and a cancelled link are told',
  async () => {
    const stage = await setLinkStage({ limits: { invitation: { points: 50, windowMs: 3_600_000 } } })
    const { page } = await openInvitation(browser, stage, {}, { anyNumber: true })
    await submit(page)
    await page.locator('#phone').fill('+1 202 555 0123')
    await submit(page)
    const code = await codeOn(page)
    const typed = stage.phone.enterCode(code.startsWith('A') ? `B${code.slice(1)}` : `A${code.slice(1)}`)
    typed.catch(() => {})
    await page.getByRole('heading', { name: english.waiting.confirming[0] }).waitFor()
    await untilShown(stage, page, english.code.again.unanswered)
    await expect(typed).rejects.toThrow()

    stage.emulator.tamper({ at: 'pair_success', with: 'signature' })
    await expect(stage.phone.enterCode(await codeOn(page))).rejects.toThrow()
    await expectTold(page, 'verification-failed')
    // What was typed is still there.
    expect(await page.locator('#phone').inputValue()).toBe('+12025550123')

    const passkeyPhone = stage.emulator.addPhone(NUMBER_WITH_PASSKEY, { passkey: true })
    await page.locator('#phone').fill(NUMBER_WITH_PASSKEY)
    await submit(page)
    passkeyPhone.enterCode(await codeOn(page)).catch(() => {})
    await expectTold(page, 'passkey-required')

    await submit(page)
    await page.getByRole('button', { name: english.code.cancel }).click()
    await expectTold(page, 'cancelled')
  },
  TEST_MS,
)

browserTest(
  'a server that is restarted in the middle: the page says that the code is dead, and a new one links',
  async () => {
    const stage = await setLinkStage()
    const { page } = await openInvitation(browser, stage)
    await submit(page)
    await submit(page)
    const dead = await codeOn(page)
    await stage.server.close()
    await expect.poll(() => page.locator('#said').textContent()).toBe(english.lost)
    await stage.another({ port: Number(new URL(stage.url).port) })
    await expectTold(page, 'stopped')
    await submit(page)
    const code = await codeOn(page)
    expect(code).not.toBe(dead)
    await stage.phone.enterCode(code)
    await page.getByRole('heading', { name: english.done.title, exact: true }).waitFor()
  },
  TEST_MS,
)

browserTest(
  'an invitation that leads nowhere says why: expired, used, elsewhere, taken back, never made, guessed too often',
  async () => {
    const stage = await setLinkStage({ limits: { refusals: { points: 20, windowMs: 60_000 } } })
    const { page } = await browser.visitor()
    const open = async (path: string, name: ProblemName): Promise<void> => {
      await page.goto(stage.url + path)
      await expectTold(page, name)
    }
    const elsewhere = await openInvitation(browser, stage)
    const bound = new URL(elsewhere.page.url()).pathname
    await submit(elsewhere.page)
    await page.goto(stage.url + bound)
    await submit(page)
    await expectTold(page, 'invitation-elsewhere')

    await submit(elsewhere.page)
    await stage.phone.enterCode(await codeOn(elsewhere.page))
    await elsewhere.page.getByRole('heading', { name: english.done.title, exact: true }).waitFor()
    await expect.poll(async () => (await stage.call('GET', bound, { token: null })).status).toBe(410)
    await open(bound, 'invitation-used')

    // The session has an account now: another invitation to it asks nobody.
    const late = await openInvitation(browser, stage)
    await submit(late.page)
    await submit(late.page)
    await expectTold(late.page, 'session-exists')

    const back = await stage.call('POST', '/v1/invitations', {
      body: { session: 'other', phone: '+12025550111', purpose: 'Another' },
    })
    await stage.call('DELETE', `/v1/invitations/${back.body.id}`)
    await open(new URL(back.body.url).pathname, 'invitation-revoked')
    const short = await stage.invite({ expiresInSeconds: 60 })
    await stage.clock.advance(60_000)
    await open(short, 'invitation-expired')
    await open('/link', 'not-found')
    for (let count = 0; count < 25; count++) await stage.call('GET', `/link/${'B'.repeat(43)}`, { token: null })
    await open(`/link/${'B'.repeat(43)}`, 'too-often')
  },
  TEST_MS,
)
