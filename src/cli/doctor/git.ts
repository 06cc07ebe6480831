// Whether something lies in a git checkout, and whether git would take it along. Only asks.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** `unknown`: in a checkout, but git is not there or would not say. */
export type GitState = 'outside' | 'ignored' | 'not-ignored' | 'tracked' | 'unknown'

const LIMIT_MS = 5_000

export async function gitStateOf(path: string): Promise<GitState> {
  const absolute = resolve(path)
  const folder = dirname(absolute)
  if (!isInCheckout(folder)) return 'outside'
  const file = basename(absolute)
  const tracked = await git(folder, ['ls-files', '--error-unmatch', '--', file])
  if (tracked === 0) return 'tracked'
  const ignored = await git(folder, ['check-ignore', '--quiet', '--', file])
  if (ignored === 0) return 'ignored'
  return ignored === 1 ? 'not-ignored' : 'unknown'
}

function isInCheckout(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (at === dirname(at)) return false
  }
}

/** Its exit code; undefined when it could not be run. No program that the checkout names is started. */
function git(cwd: string, args: readonly string[]): Promise<number | undefined> {
  return new Promise((resolve) => {
    const command = ['-c', 'core.fsmonitor=false', '--no-optional-locks', ...args]
    const child = execFile('git', command, { cwd, timeout: LIMIT_MS }, () => resolve(child.exitCode ?? undefined))
  })
}
