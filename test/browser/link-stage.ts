// A server with an emulated WhatsApp, an invitation on it, and the page of it in the browser.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { NUMBER, type Stage, setStage } from '../server/stage.ts'
import type { TestBrowser, Visitor, VisitorPage } from './browser.ts'

export const OPERATOR = { name: 'Acme Repairs', contact: 'help@acme.example' }
export const CODE = /^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/

export interface LinkStage extends Stage {
  /** Path of a new invitation. */
  invite(wish?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function setLinkStage(options: Parameters<typeof setStage>[0] = {}): Promise<LinkStage> {
  const stage = await setStage({ operator: OPERATOR, returnOrigins: ['https://app.example'], ...options })
  return {
    ...stage,
    async invite(wish = {}) {
      const { status, body } = await stage.call('POST', '/v1/invitations', {
        body: {
          session: 'sales',
          purpose: 'So that Acme can answer your repair requests',
          deviceName: 'Acme Sales',
          returnUrl: 'https://app.example/done',
          ...('anyNumber' in wish ? {} : { phone: NUMBER }),
          ...wish,
        },
      })
      expect(status).toBe(201)
      return new URL(body.url).pathname
    },
  }
}

/** A visitor who has opened an invitation. */
export async function openInvitation(
  browser: TestBrowser,
  stage: LinkStage,
  visitor: Visitor = {},
  wish: Readonly<Record<string, unknown>> = {},
): Promise<VisitorPage> {
  const path = await stage.invite(wish)
  const opened = await browser.visitor(visitor)
  await opened.page.goto(stage.url + path)
  return opened
}

/** The button that the form of this page ends with. */
export function submit(page: Page): Promise<void> {
  return page.locator('main form button:not(.second)').last().click()
}

export async function codeOn(page: Page): Promise<string> {
  const code = (await page.locator('[data-code]').textContent()) ?? ''
  expect(code).toMatch(CODE)
  return code
}

/** What the QR code of this visitor says, as the events of the page tell it to its script. */
export async function qrData(stage: LinkStage, page: Page): Promise<string> {
  const cookies = await page.context().cookies()
  const Cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${stage.url}/link/events`, { headers: { Cookie } })
  let text = ''
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString()
    const data = /"type":"qr","data":("[^"]+")/.exec(text)?.[1]
    if (data !== undefined) return JSON.parse(data)
  }
  throw new Error('no QR code was told')
}
