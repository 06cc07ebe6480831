// Every state of the link page in every language: nothing for axe to find, nothing from elsewhere, nothing too heavy.
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { InstructionLanguage } from '../../src/instructions/instructions.ts'
import { pageAnswer } from '../../src/server/page-answer.ts'
import { ASSETS } from '../../src/web/assets.ts'
import { LANGUAGES } from '../../src/web/words/languages.ts'
import { axeFindings, browserTest, openTestBrowser } from './browser.ts'
import { failedIn, refusedIn, statesIn } from './link-states.ts'

const browser = openTestBrowser()
const ORIGIN = 'http://127.0.0.1:9'

/** Codes that a link or a visit ends with, and what else tells them apart. */
const ENDS: readonly (readonly [code: string, reason?: string])[] = [
  ['forbidden'],
  ['not-available'],
  ['passkey-required'],
  ['verification-failed'],
  ['untrusted-server'],
  ['expired'],
  ['cancelled'],
  ['network'],
  ['code-outstanding'],
  ['session-exists'],
  ['do-not-prompt'],
  ['invalid-phone'],
  ['rate-limited', 'limit'],
  ['internal-error'],
]
const REFUSALS: typeof ENDS = [
  ['invitation-over', 'used'],
  ['invitation-over', 'elsewhere'],
  ['invitation-over', 'revoked'],
  ['not-found'],
  ['not-allowed'],
  ['untrusted-origin'],
]

/** Answers for a server: with its own headers, so that what they forbid is forbidden here too. */
async function serve(page: Page, show: { html: string }): Promise<void> {
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url())
    const asset = ASSETS.find(({ name }) => pathname === `/assets/${name}`)
    if (asset !== undefined) return route.fulfill({ body: asset.text, contentType: asset.type })
    if (pathname === '/link/events') return route.fulfill({ status: 204 })
    const { headers } = pageAnswer(show.html, 'of-no-use')
    return route.fulfill({ body: show.html, headers: Object.fromEntries(headers) })
  })
}

async function findingsOf(language: InstructionLanguage, states: Iterable<readonly [string, string]>, dark = false) {
  const { page, complaints } = await browser.visitor({ language, dark })
  const show = { html: '' }
  await serve(page, show)
  const findings: string[] = []
  for (const [name, html] of states) {
    show.html = html
    await page.goto(`${ORIGIN}/link`)
    for (const finding of await axeFindings(page)) findings.push(`${language}, ${name}: ${finding}`)
    const sideways = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
    if (sideways === true) findings.push(`${language}, ${name}: scrolls sideways`)
    const small = await page.evaluate(SMALL_TARGETS)
    if (small !== '') findings.push(`${language}, ${name}: smaller than 44 px: ${small}`)
  }
  return [...findings, ...complaints]
}

/** What can be pressed, and is less than 44 pixels in one direction. */
const SMALL_TARGETS = `[...document.querySelectorAll('a, button, input')]
  .filter((target) => target.checkVisibility())
  .filter((target) => { const { width, height } = target.getBoundingClientRect(); return Math.min(width, height) < 44 })
  .map((target) => target.outerHTML).join(' ')`

for (const language of LANGUAGES)
  browserTest(
    `axe finds nothing on any state in ${language}`,
    async () => {
      expect(await findingsOf(language, statesIn(language))).toEqual([])
    },
    120_000,
  )

browserTest(
  'nor in the dark',
  async () => {
    expect(await findingsOf('en', statesIn('en'), true)).toEqual([])
  },
  120_000,
)

browserTest(
  'nor on any end, in English and in Arabic',
  async () => {
    for (const language of ['en', 'ar'] as const) {
      const ends = ENDS.map(([code, reason]) => [code, failedIn(language, { code, reason, byServer: false })] as const)
      const refusals = REFUSALS.map(([code, reason]) => [code, refusedIn(language, code, reason)] as const)
      expect(await findingsOf(language, [...ends, ...refusals])).toEqual([])
    }
  },
  120_000,
)

test('document, style, script and QR code have 30 kB together at most, uncompressed', () => {
  const own = ASSETS.filter(({ name }) => name.startsWith('link-')).map(({ text }) => text)
  const sizes = LANGUAGES.flatMap((language) =>
    [...statesIn(language)].map(([name, html]) => {
      const texts = [html, ...own]
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
      const gzipped = texts.reduce((sum, text) => sum + gzipSync(text).byteLength, 0)
      return { state: `${language}, ${name}`, bytes, gzipped }
    }),
  )
  const [heaviest] = sizes.sort((a, b) => b.bytes - a.bytes)
  console.log('The heaviest state of the link page, with all that it loads:', heaviest)
  expect(heaviest?.bytes).toBeLessThanOrEqual(30_000)
})
