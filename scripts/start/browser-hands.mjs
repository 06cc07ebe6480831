// The pages in a real browser: each of the three people has a window of their own.

/** ms for one step on a busy machine. */
const STEP_MS = 40_000

/**
 * @param {{ server: string, phonePage: string, token: string }} world
 * @param {import('playwright-core').Browser} browser
 */
export async function browserHands({ server, phonePage, token }, browser) {
  const windowOf = async (width) => {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width, height: 800 } })
    context.setDefaultTimeout(STEP_MS)
    return context.newPage()
  }
  const [operator, person, phones] = await Promise.all([windowOf(1_000), windowOf(360), windowOf(400)])

  return {
    /** The three windows, for whoever wants to look at them. */
    operator,
    person,
    phones,

    async invite({ session, phone, purpose, deviceName }) {
      await operator.goto(`${server}/ui`)
      await operator.getByLabel('Token').fill(token)
      await operator.getByRole('button', { name: 'Log in' }).click()
      await operator.getByRole('link', { name: 'Invite someone' }).click()
      await operator.getByLabel('Session').fill(session)
      await operator.getByLabel('Their number').fill(phone)
      await operator.getByLabel('Why you ask').fill(purpose)
      await operator.getByLabel('Name in Linked devices').fill(deviceName)
      await operator.getByRole('button', { name: 'Make the link' }).click()
      return operator.getByLabel('Send this link').inputValue()
    },
    async openInvitation(url) {
      await person.goto(url)
      return plain(await person.getByRole('heading', { level: 1 }).textContent())
    },
    /** Undefined when it was refused. */
    async getCode() {
      await person.getByRole('button', { name: 'Continue' }).click()
      await person.getByRole('button', { name: 'Get code' }).click()
      const shown = person.locator('main [data-code]')
      await shown.or(person.locator('main [role=alert]')).first().waitFor()
      return (await shown.count()) === 0 ? undefined : shown.textContent()
    },
    async typeCode(code) {
      await phones.goto(phonePage)
      await phones.getByRole('link', { name: 'Enter code' }).click()
      await phones.getByLabel('8 characters').fill(code)
      await phones.getByRole('button', { name: 'Link', exact: true }).click()
      await phones.getByText('Linked. The device is in the list').waitFor()
    },
    async linked() {
      const heading = person.getByRole('heading', { level: 1, name: 'Linked' })
      await heading.waitFor()
      return plain(await heading.textContent())
    },
    async online(session) {
      await operator.goto(`${server}/ui`)
      await operator.locator(`[data-of="session-${session}"]`).filter({ hasText: 'Online' }).waitFor()
    },
    async write(text) {
      await phones.goto(`${phonePage}/2/chats/1`)
      await phones.getByLabel('Message', { exact: true }).fill(text)
      await phones.getByRole('button', { name: 'Send' }).click()
    },
    async read(text) {
      const answer = phones.locator('.theirs').filter({ hasText: text })
      await answer.waitFor()
      return text
    },
    close: () => browser.close(),
  }
}

/** Without the marks that keep two directions of writing apart. */
function plain(text) {
  return text.replaceAll(/[\u2066-\u2069\u200e\u200f]/g, '')
}
