// One real browser for each test file, and pages in it as people have them. Ends with the file.
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, onTestFinished, test } from 'vitest'
import { LAUNCH_MS, launchBrowser, noBrowser } from '../../scripts/packaged-browser.mjs'

export interface Visitor {
  /** BCP 47, as the browser sends it in Accept-Language; default `en-US`. */
  readonly language?: string
  /** CSS pixels; default 360 × 740, a small phone. */
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  /** Default true. */
  readonly script?: boolean
  readonly clipboard?: boolean
}

export interface VisitorPage {
  readonly page: Page
  /** Addresses of everything that the page asked for. */
  readonly requests: readonly string[]
  /** What the page complained about: errors, and what its Content-Security-Policy kept it from. */
  readonly complaints: readonly string[]
}

export interface TestBrowser {
  /** A window of its own, without anybody's cookies; closed with the test. */
  visitor(visitor?: Visitor): Promise<VisitorPage>
}

/** Of vitest, for tests that need the browser: on other systems they are skipped. */
export const browserTest = test.skipIf(noBrowser !== undefined)

/** Call at the head of a test file. */
export function openTestBrowser(): TestBrowser {
  let browser: Browser | undefined

  beforeAll(async () => {
    if (noBrowser === undefined) browser = await launchBrowser()
    else console.log(`${noBrowser} Browser tests are skipped.`)
  }, LAUNCH_MS)

  afterAll(() => browser?.close())

  return {
    async visitor(visitor = {}) {
      if (browser === undefined) throw new Error(noBrowser ?? 'the browser is not open yet')
      const context = await browser.newContext({
        locale: visitor.language ?? 'en-US',
        viewport: { width: visitor.width ?? 360, height: visitor.height ?? 740 },
        colorScheme: visitor.dark === true ? 'dark' : 'light',
        reducedMotion: 'reduce',
        javaScriptEnabled: visitor.script ?? true,
        permissions: visitor.clipboard === true ? ['clipboard-read', 'clipboard-write'] : [],
      })
      onTestFinished(() => context.close())
      return watched(context)
    },
  }
}

async function watched(context: BrowserContext): Promise<VisitorPage> {
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A page that answers 4xx is an error to the console as well, and no fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  return { page, requests, complaints }
}

/** What axe finds against a page, one line each; with contrast, in the page’s own colours. There are no frames: one document is all. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(' · ')})`)
}
