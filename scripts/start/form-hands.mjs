// The same pages without a browser: their HTML is read, and their forms are sent as a browser without script sends them.
import { setTimeout as pause } from 'node:timers/promises'

/** ms for one step on a busy machine, and between two looks at a page. */
const STEP_MS = 40_000
const LOOK_MS = 200

/** @param {{ server: string, phonePage: string, token: string }} world */
export function formHands({ server, phonePage, token }) {
  const operator = visitor()
  const person = visitor()
  const phones = visitor()
  const number = new URL(phonePage)

  return {
    async invite({ session, phone, purpose, deviceName }) {
      await operator.get(`${server}/ui`)
      await operator.send('Log in', { token })
      await operator.get(`${server}/ui/invite`)
      await operator.send('Make the link', { session, phone, purpose, deviceName })
      return givenBy(/<input id="url"[^>]*>/.exec(operator.html)?.[0] ?? '')
    },
    async openInvitation(url) {
      await person.get(url)
      return headingOf(person.html)
    },
    async getCode() {
      await person.send('Continue')
      await person.send('Get code')
      await person.until(
        `${server}/link`,
        (html) => html.includes('data-code') || html.includes('role="alert"'),
        'a code',
      )
      return /data-code[^>]*>([^<]+)</.exec(person.html)?.[1]
    },
    async typeCode(code) {
      await phones.until(
        `${number}/1/code`,
        (html) => html.includes('wants to be linked'),
        'the notification on the phone',
      )
      await phones.send('Link', { code })
      if (!phones.html.includes('Linked. The device is in the list')) throw new Error('the phone did not link')
    },
    async linked() {
      await person.until(
        `${server}/link`,
        (html) => headingOf(html) === 'Linked',
        'the link page to say that it is linked',
      )
      return headingOf(person.html)
    },
    async online(session) {
      const shown = new RegExp(`data-of="session-${session}">Online<`)
      await operator.until(`${server}/ui`, (html) => shown.test(html), 'the session to be online')
    },
    async write(text) {
      await phones.get(`${number}/2/chats/1`)
      await phones.send('Send', { text })
    },
    async read(text) {
      const answer = new RegExp(`class="theirs">.*?${text.replaceAll(/\W/g, '\\$&')}`, 's')
      await phones.until(`${number}/2/chats/1`, (html) => answer.test(html), 'the echo')
      return text
    },
    close: async () => {},
  }
}

/** One browser: its cookies, and the page that it shows. */
function visitor() {
  const cookies = new Map()
  const shown = { url: '', html: '' }

  const go = async (url, init = {}) => {
    const headers = {
      accept: 'text/html',
      'accept-language': 'en',
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...init.headers,
    }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const next = answer.headers.get('location')
    const html = await answer.text()
    if (next !== null) return go(new URL(next, url).href)
    Object.assign(shown, { url, html })
  }

  return {
    get html() {
      return shown.html
    },
    get: (url) => go(url),
    /** Sends the form that has this button. */
    async send(button, fields = {}) {
      const form = formsOf(shown.html).find(({ inner }) => new RegExp(`<button[^>]*>${button}<`).test(inner))
      if (form === undefined) throw new Error(`the page “${headingOf(shown.html)}” has no button “${button}”`)
      const url = new URL(form.action, shown.url)
      await go(url.href, {
        method: 'POST',
        body: new URLSearchParams({ ...fieldsOf(form.inner), ...fields }),
        headers: { origin: url.origin, 'sec-fetch-site': 'same-origin' },
      })
    },
    /** Loads the page again until it is as wanted. */
    async until(url, holds, what) {
      const end = performance.now() + STEP_MS
      for (;;) {
        await go(url)
        if (holds(shown.html)) return
        if (performance.now() > end) throw new Error(`${what} did not come within ${STEP_MS / 1000} s`)
        await pause(LOOK_MS)
      }
    },
  }
}

function formsOf(html) {
  return [...html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)].map(([, attributes, inner]) => ({
    action: /action="([^"]*)"/.exec(attributes)?.[1] ?? '',
    inner,
  }))
}

/** What a form sends by itself: hidden fields, and what is chosen. */
function fieldsOf(form) {
  const inputs = [...form.matchAll(/<input[^>]*>/g)]
    .map(([input]) => input)
    .filter((input) => !/type="checkbox"/.test(input))
  const selects = [...form.matchAll(/<select[^>]*name="([^"]+)"[^>]*>(.*?)<\/select>/gs)]
  return Object.fromEntries([
    ...inputs.map((input) => [/name="([^"]+)"/.exec(input)?.[1], givenBy(input)]),
    ...selects.map(([, name, options]) => [name, /<option value="([^"]*)" selected/.exec(options)?.[1] ?? '']),
  ])
}

function givenBy(input) {
  return /value="([^"]*)"/.exec(input)?.[1] ?? ''
}

function headingOf(html) {
  const text = /<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? ''
  return text.replaceAll(/<[^>]+>/g, '').replaceAll(/[\u2066-\u2069\u200e\u200f]/g, '')
}
