// The pages as functions from data to HTML.
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../src/errors.ts'
import { problemName } from '../../src/web/link/problem-name.ts'
import { qrPicture } from '../../src/web/link/qr-picture.ts'
import { webPages } from '../../src/web/pages.ts'
import { english } from '../../src/web/words/english.ts'
import { failedIn, invitationIn, refusedIn, statesIn, visitIn } from '../browser/link-states.ts'

test('what comes from outside is text: nothing of it becomes markup', () => {
  const evil = `"><script>alert(1)</script>&'`
  const html = [
    webPages.invitation(
      invitationIn('en', { operator: { name: evil, contact: evil }, purpose: evil, deviceName: evil, action: evil }),
    ),
    webPages.visit(visitIn('en', { link: null, phone: null, typed: evil, deviceName: evil })),
    refusedIn('en', evil),
  ].join('')
  expect(html).not.toContain('<script>')
  expect(html.match(/<script/g)).toHaveLength(3)
  expect(html).not.toContain(evil)
})

test('no state has a script or a style of its own, or names an address elsewhere but the way back', () => {
  for (const [name, html] of statesIn('en')) {
    expect(html, name).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style| style="| on[a-z]+="/)
    const addresses = [...html.matchAll(/(?:href|src|action|formaction)="([^"]*)"/g)].map(([, url]) => url ?? '')
    expect(addresses.filter((url) => !/^(?:\/|data:,$|\?)/.test(url) && url !== 'https://app.example/done')).toEqual([])
  }
})

test('a state that changes is looked at again; one with a field never is', () => {
  for (const [name, html] of statesIn('en')) {
    if (html.includes('<input')) expect(html, name).not.toContain('http-equiv="refresh"')
    expect(html.includes('http-equiv="refresh"'), name).toBe(html.includes('data-events='))
  }
})

test('under a base path every address has it', () => {
  const html = webPages.visit(visitIn('en', { base: '/whatsapp', here: '/whatsapp/link' }))
  const addresses = [...html.matchAll(/(?:href|src|action|data-page|data-events)="(\/[^"]*)"/g)].map(([, url]) => url)
  expect(addresses.length).toBeGreaterThan(8)
  expect(addresses.filter((url) => url?.startsWith('/whatsapp/') === false)).toEqual([])
})

describe('problems', () => {
  const OF_PROGRAMS = ['invalid-code', 'invalid-device', 'invalid-session', 'invalid-options']
  const OF_THE_STORE = ['wrong-key', 'newer-schema', 'not-a-store', 'not-linked', 'lease-lost', 'broken-folder']
  const plain = { byServer: false, detail: '', advice: '' }

  test.each(ERROR_CODES.filter((code) => ![...OF_PROGRAMS, ...OF_THE_STORE].includes(code)))(
    '%s has its words',
    (code) => {
      const name = problemName({ ...plain, code })
      expect(name).toBeDefined()
      expect(failedIn('en', { code, byServer: false })).toContain(name === undefined ? '?' : english.problems[name][0])
    },
  )

  test('one code can be several cases', () => {
    expect(problemName({ ...plain, code: 'cancelled', byServer: true })).toBe('stopped')
    expect(problemName({ ...plain, code: 'rate-limited', reason: 'limit' })).toBe('too-often')
    expect(problemName({ ...plain, code: 'rate-limited' })).toBe('rate-limited')
    for (const reason of ['expired', 'used', 'elsewhere', 'revoked'])
      expect(problemName({ ...plain, code: 'invitation-over', reason })).toBe(`invitation-${reason}`)
  })
})

test('the QR picture has as many dark modules as the code, each once', () => {
  const { html } = qrPicture('HELLO', 'label')
  const runs = [...html.matchAll(/h(\d+)/g)].map(([, length]) => Number(length))
  expect(html).toMatch(/viewBox="0 0 29 29"/) // version 1 has 21 modules, and 4 light ones on each side
  expect(runs.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(21 * 21 * 0.35)
})
