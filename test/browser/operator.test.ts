// The operator's pages in a real browser, and the whole story through all three pages.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { TokenScope } from '../../src/server/access/scopes.ts'
import { OPERATOR_TOKEN, type Stage, setStage } from '../server/stage.ts'
import { axeFindings, browserTest, openTestBrowser, type Visitor, type VisitorPage } from './browser.ts'

const browser = openTestBrowser()

const OPERATOR = { name: 'Acme', contact: 'help@acme.example' }
const NUMBER = '+12025550123'
const OTHER = '+12025550124'

async function operatorAt(stage: Stage, visitor: Visitor = {}, token = OPERATOR_TOKEN): Promise<VisitorPage> {
  const opened = await browser.visitor(visitor)
  await opened.page.goto(`${stage.url}/ui`)
  await opened.page.getByLabel('Token').fill(token)
  await opened.page.getByRole('button', { name: 'Log in' }).click()
  await opened.page.getByRole('button', { name: 'Log this browser out' }).waitFor()
  return opened
}

async function fillInvitation(page: Page, session: string, phone = NUMBER): Promise<void> {
  await page.getByLabel('Session').fill(session)
  await page.getByLabel('Their number').fill(phone)
  await page.getByLabel('Why you ask').fill('So that our bot can answer your customers')
  await page.getByRole('button', { name: 'Make the link' }).click()
}

const begun = async (stage: Stage, session: string, phone = NUMBER) =>
  (await stage.call('POST', '/v1/links', { body: { session, phone, device: { name: 'Acme Sales' } } })).body

async function linked(stage: Stage, session: string): Promise<void> {
  const { code } = await begun(stage, session)
  await stage.phone.enterCode(code)
}

/** axe reads a page for a second or two, on a busy machine for longer. */
const AXE_MS = 120_000

const stateOf = (page: Page, of: string) => page.locator(`[data-of="${of}"]`)

browserTest(
  'operator, person and phone: from the invitation to a bot that answers, through the three pages',
  async () => {
    const stage = await setStage({
      operator: OPERATOR,
      onSocket(socket) {
        socket.ev.on('messages.upsert', ({ messages }) => {
          for (const { key, message } of messages)
            if (key.fromMe !== true && key.remoteJid != null && message?.conversation != null)
              void socket.sendMessage(key.remoteJid, { text: `echo: ${message.conversation}` })
        })
      },
    })
    stage.emulator.addPhone(OTHER, { name: 'Ada' })
    const phonePage = await stage.emulator.openPhonePage()

    const { page: operator, complaints, requests } = await operatorAt(stage, { width: 1_100, clipboard: true })
    await operator.getByRole('link', { name: 'Invite someone' }).click()
    await fillInvitation(operator, 'shop')
    const invitation = await operator.getByLabel('Send this link').inputValue()
    await operator.getByRole('button', { name: 'Copy the link' }).click()
    await operator.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await operator.evaluate('navigator.clipboard.readText()')).toBe(invitation)
    await operator.getByRole('link', { name: 'Back to the sessions' }).click()
    const invited = operator.locator('[data-of^=invitation-]')
    await invited.filter({ hasText: 'Not opened yet' }).waitFor()

    const { page: person } = await browser.visitor()
    await person.goto(invitation)
    await person.getByRole('button', { name: 'Continue' }).click()
    await invited.filter({ hasText: 'Opened: somebody pressed Continue' }).waitFor()
    await person.getByRole('button', { name: 'Get code' }).click()
    const code = (await person.locator('main [data-code]').textContent()) ?? ''
    await operator.locator('[data-of^=link-]').filter({ hasText: 'A code is shown' }).waitFor()
    expect(await operator.content()).not.toContain(code)

    const { page: phones } = await browser.visitor()
    await phones.goto(phonePage.url)
    await phones.getByRole('link', { name: 'Enter code' }).click()
    await phones.getByLabel('8 characters').fill(code)
    await phones.getByRole('button', { name: 'Link', exact: true }).click()
    await phones.getByRole('button', { name: 'Log out Paircode' }).waitFor()

    await person.getByRole('heading', { name: 'Linked' }).waitFor()
    await stateOf(operator, 'session-shop').filter({ hasText: 'Online' }).waitFor()
    await invited.filter({ hasText: 'Used: the session was linked' }).waitFor()

    await phones.goto(`${phonePage.url}/2/chats/1`)
    await phones.getByLabel('Message', { exact: true }).fill('Hello, bot!')
    await phones.getByRole('button', { name: 'Send' }).click()
    await phones.locator('.theirs').filter({ hasText: 'echo: Hello, bot!' }).waitFor()
    expect(complaints).toEqual([])
    expect(requests.filter((asked) => !asked.startsWith(stage.url))).toEqual([])
  },
)

browserTest('a page that is open follows what happens, and leaves alone what is typed and focused', async () => {
  const stage = await setStage({ operator: OPERATOR })
  const { page, complaints } = await operatorAt(stage)
  await page.getByText('Nobody has linked an account yet').waitFor()
  await page.getByText('Change the list').click()
  await page.getByLabel('Leave this number alone').fill('+1 202 555')
  const { code, id } = await begun(stage, 'sales')
  await stateOf(page, `link-${id}`).filter({ hasText: 'A code is shown' }).waitFor()
  await page.getByRole('link', { name: 'Show code' }).focus()
  await stage.phone.enterCode(code)
  await stateOf(page, 'session-sales').filter({ hasText: 'Online' }).waitFor()
  await expect.poll(() => page.locator('#said').textContent()).toContain('sales: Online')
  expect(await page.getByLabel('Leave this number alone').inputValue()).toBe('+1 202 555')
  await page.getByRole('link', { name: 'Details of sales' }).focus()
  stage.emulator.fail({ at: 'companion_hello', code: 452 })
  await begun(stage, 'north', OTHER)
  await page.getByText('Last problems').waitFor()
  expect(await page.evaluate('document.activeElement.id')).toBe('session-sales-details')
  expect(complaints).toEqual([])
})

browserTest('every button works without script, and asks before what cannot be taken back', async () => {
  const stage = await setStage({ operator: OPERATOR })
  const { page } = await operatorAt(stage, { script: false })
  const home = (): Promise<unknown> => page.goto(`${stage.url}/ui`)

  const { id, code } = await begun(stage, 'sales')
  await home()
  await page.getByRole('link', { name: 'Show code' }).click()
  expect(await page.getByLabel('Pairing code').textContent()).toBe(code)
  await page.getByRole('button', { name: 'New code' }).click()
  await expect
    .poll(async () => {
      await page.reload()
      return page
        .getByLabel('Pairing code')
        .textContent({ timeout: 1_000 })
        .catch(() => code)
    })
    .not.toBe(code)
  await home()
  await page.getByRole('button', { name: 'Cancel linking sales' }).click()
  await page.getByText('The link was cancelled').waitFor()
  expect((await stage.call('GET', `/v1/links/${id}`)).body.state).toBe('failed')
  expect(await page.getByText('Last problems').count()).toBe(0)

  await linked(stage, 'shop')
  await home()
  await page.getByRole('link', { name: 'Details of shop' }).click()
  await page.getByText('Acme Sales').waitFor()
  await page.getByRole('link', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Log shop out?' }).waitFor()
  expect(stage.phone.linkedDevices()).toHaveLength(1)
  await page.getByRole('link', { name: 'No, go back' }).click()
  await page.getByRole('link', { name: 'Log out', exact: true }).click()
  await page.getByRole('button', { name: 'Log out', exact: true }).click()
  await page.getByText('Logged out and removed').waitFor()
  expect(stage.phone.linkedDevices()).toEqual([])

  await page.getByRole('link', { name: 'Invite someone' }).click()
  await fillInvitation(page, 'next')
  const invitation = await page.getByLabel('Send this link').inputValue()
  await home()
  await page.getByRole('button', { name: 'Revoke the invitation for next' }).click()
  await page.getByText('its link leads nowhere').waitFor()
  expect((await fetch(invitation)).status).toBe(410)

  await page.getByText('Change the list').click()
  await page.getByLabel('Leave this number alone').fill(OTHER)
  await page.getByLabel('Why (for yourself)').fill('asked us to stop')
  await page.getByRole('button', { name: 'Leave alone' }).click()
  await page.getByText('asked us to stop').waitFor()
  expect(await page.content()).not.toContain(OTHER.slice(1))
  await page.getByText('Change the list').click()
  await page.getByLabel('Let this number be asked again').fill(OTHER)
  await page.getByRole('button', { name: 'Take off the list' }).click()
  await page.getByText('may be asked again').waitFor()

  const token = await stage.tokenWith('links')
  await home()
  await page.getByRole('link', { name: 'Revoke the token test' }).click()
  expect((await stage.call('GET', '/v1/links', { token })).status).toBe(200)
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('The token was revoked').waitFor()
  expect((await stage.call('GET', '/v1/links', { token })).status).toBe(401)

  await page.getByRole('button', { name: 'Log this browser out' }).click()
  await page.getByLabel('Token').waitFor()
})

browserTest('what is wrong with an invitation is told beside what was typed', async () => {
  const stage = await setStage({ operator: OPERATOR })
  const { page } = await operatorAt(stage)
  await page.getByRole('link', { name: 'Invite someone' }).click()
  await fillInvitation(page, 'shop', '+1 202')
  await page.getByRole('alert').waitFor()
  expect(await page.getByLabel('Their number').inputValue()).toBe('+1 202')
  expect(await page.getByLabel('Session').inputValue()).toBe('shop')
  expect(await axeFindings(page)).toEqual([])
  await fillInvitation(page, 'shop')
  await page.getByText('It is shown this once').waitFor()
})

browserTest('a token with fewer scopes sees less, and its buttons do no more than its calls', async () => {
  const stage = await setStage({ operator: OPERATOR })
  await linked(stage, 'shop')
  const scopes: readonly TokenScope[] = ['links']
  const { page } = await operatorAt(stage, {}, await stage.tokenWith(...scopes))
  await page.getByText('has not the scope sessions').waitFor()
  for (const hidden of ['Tokens', 'Numbers that are left alone', 'Being linked now', 'shop'])
    expect(await page.getByText(hidden, { exact: true }).count(), hidden).toBe(0)
  const answer = await page.goto(`${stage.url}/ui/sessions/shop/log-out`)
  expect(answer?.status()).toBe(403)
  await page.goto(`${stage.url}/ui/invite`)
  expect(await page.getByLabel('Any number').count()).toBe(0)
})

browserTest('a wrong token is told, and when the login ends elsewhere the open page shows the door', async () => {
  const stage = await setStage({ operator: OPERATOR })
  const { page } = await browser.visitor()
  await page.goto(`${stage.url}/ui/invite`)
  await page.getByLabel('Token').fill('paircode_wrong')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('This is no valid token').waitFor()
  expect(await axeFindings(page)).toEqual([])
  const token = await stage.tokenWith('links', 'sessions')
  const { page: open } = await operatorAt(stage, {}, token)
  const [info] = await stage.tokens.list()
  await stage.tokens.revoke(info?.id ?? '')
  await open.getByRole('link', { name: 'Invite someone' }).click()
  await open.getByLabel('Token').waitFor()
})

browserTest.each([false, true])(
  'axe finds nothing on any of its pages, and none is wider than a phone, dark: %s',
  async (dark) => {
    const stage = await setStage({ operator: OPERATOR, returnOrigins: ['https://app.example'] })
    const { page } = await operatorAt(stage, { dark })
    const look = async (path: string): Promise<void> => {
      await page.goto(stage.url + path)
      expect(await axeFindings(page), path).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360)
    }
    await look('/ui')
    await linked(stage, 'a-very-long-name-of-a-session-that-is-as-long-as-one-can-be-64')
    stage.emulator.fail({ at: 'companion_hello', code: 452 })
    const failed = await begun(stage, 'north', OTHER)
    stage.emulator.addPhone('+12025550125')
    const live = await begun(stage, 'support', '+12025550125')
    await stage.call('POST', '/v1/invitations', { body: { session: 'next', phone: NUMBER, purpose: 'x'.repeat(140) } })
    await stage.call('POST', '/v1/do-not-prompt', { body: { phone: '+12025550199', note: 'asked us to stop' } })
    await stage.tokenWith('links')
    const [token] = await stage.tokens.list()
    const name = 'a-very-long-name-of-a-session-that-is-as-long-as-one-can-be-64'
    await look('/ui')
    await look(`/ui/links/${failed.id}`)
    // The colours were all there by now.
    if (dark) return
    await look('/ui/invite')
    await look(`/ui/links/${live.id}`)
    for (const path of ['', '/log-out', '/remove']) await look(`/ui/sessions/${name}${path}`)
    await look(`/ui/tokens/${token?.id}/revoke`)
    await look('/ui?done=removed')
    await page.goto(`${stage.url}/ui/invite`)
    await fillInvitation(page, 'shop', OTHER)
    await page.getByText('It is shown this once').waitFor()
    expect(await axeFindings(page)).toEqual([])
  },
  AXE_MS,
)
