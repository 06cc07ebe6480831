// The packaged browser itself: it starts, and from its package alone.
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { axeFindings, browserTest, openTestBrowser } from './browser.ts'

const browser = openTestBrowser()

browserTest('the packaged browser shows a page, and axe finds what is wrong with it', async () => {
  const { page } = await browser.visitor()
  await page.setContent('<!doctype html><html lang="en"><title>Hello</title><main><h1>Hello</h1></main></html>')
  expect(await page.getByRole('heading').textContent()).toBe('Hello')
  expect(await axeFindings(page)).toEqual([])
  await page.setContent('<!doctype html><html><title>Hello</title><main><h1>Hello</h1></main></html>')
  expect(await axeFindings(page)).toEqual([expect.stringContaining('html-has-lang')])
})

browserTest('it takes nothing but the C library from the system', async () => {
  const { page } = await browser.visitor()
  await page.setContent('<p>Hello</p>')
  await page.screenshot()
  const loaded = new Set(browserProcesses().flatMap(librariesOf))
  expect([...loaded].some((path) => path.endsWith('/libnss3.so'))).toBe(true)
  const foreign = [...loaded].filter((path) => !path.includes('/paircode-browser-') && !OF_GLIBC.test(path))
  expect(foreign).toEqual([])
})

/** Packages libc6 and libgcc-s1, which every Debian has: Node itself needs them. */
const OF_GLIBC =
  /\/(?:ld-linux-x86-64|libc|libdl|libm|libpthread|librt|libresolv|libutil|libgcc_s|libnss_(?:files|dns|compat))[-.\d]*\.so/

function browserProcesses(): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes('/paircode-browser-'))
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? ''
  } catch {
    return ''
  }
}

function librariesOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8').match(/\/\S*\.so[.\d]*$/gm) ?? []
  } catch {
    return []
  }
}
