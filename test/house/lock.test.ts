import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly optional?: boolean
}
const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
const packages = read('package-lock.json').packages as Record<string, Locked>
const locked = Object.entries(packages).filter(([path]) => path !== '')

it('the lock describes every package that it names, so that npm ci takes it on every system', () => {
  const missing = spawnSync(process.execPath, [join(ROOT, 'scripts/complete-lock.mjs'), '--check'])
  expect([missing.status, missing.stdout.toString('utf8')]).toEqual([0, ''])
})

it('the lock names no place to load from: each machine has its own', () => {
  expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
})

it('the lock fixes version and content of every package that this system can install', () => {
  expect(locked.filter(([, { version }]) => version === undefined)).toEqual([])
  // Of packages for other systems, npm may not have seen the content.
  expect(locked.filter(([, { integrity, optional }]) => integrity === undefined && optional !== true)).toEqual([])
})

it('vitest and its coverage are of exactly one version', () => {
  const wanted = read('package.json').devDependencies as Record<string, string>
  expect([wanted.vitest, wanted['@vitest/coverage-v8']]).toEqual(['4.1.12', '4.1.12'])
})
