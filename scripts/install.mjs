// Installs what package-lock.json names, when that has not been done yet. `npm start` and `npm test` begin with it, so
// that a fresh clone needs no command before them.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain, root, runNpm, secondsSince } from './programs.mjs'

const LOCK = join(root, 'package-lock.json')
/** Holds the SHA-256 of the lock that was installed. It goes when node_modules goes. */
const MARK = join(root, 'node_modules', '.paircode-lock')
/** npm's own note of what lies in node_modules; written last, so an interrupted install leaves none. */
const INSTALLED = join(root, 'node_modules', '.package-lock.json')
const LIMIT_MS = 15 * 60_000

/** Throws an Error with npm's own words when npm fails. */
export async function install() {
  const lock = sha256(readFileSync(LOCK))
  if (existsSync(MARK) && readFileSync(MARK, 'utf8').trim() === lock) return
  if (!isInstalled()) await installAll()
  writeFileSync(MARK, `${lock}\n`)
}

async function installAll() {
  const start = performance.now()
  process.stderr.write('Installing packages with npm ci (once; takes half a minute) … ')
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error']
  const { code, output } = await runNpm(['ci', '--include=dev', ...quiet], { limitMs: LIMIT_MS })
  console.error(code === 0 ? secondsSince(start) : 'failed')
  if (code === 0) return
  throw new Error(`npm ci ended with ${code}. Check the connection to npm's registry, then start again.\n${output}`)
}

/** Whether someone ran `npm install` by hand and all that the lock names is there already. */
function isInstalled() {
  if (!existsSync(INSTALLED)) return false
  const wanted = packagesOf(LOCK)
  const found = packagesOf(INSTALLED)
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || (optional && !found[path]) || found[path]?.version === version,
  )
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error.message}`)
  }
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

if (isMain(import.meta.url)) {
  try {
    await install()
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
