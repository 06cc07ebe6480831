// After `npm install <package>`: enters into package-lock.json what npm left out. npm writes no entry for an optional
// package of another system that it could not look up, and `npm ci` then refuses that very lock ("Missing: … from lock
// file"; npm's issue 4828). Version and name come from the package that asks for it; its system is in its name.
//   node scripts/complete-lock.mjs            completes the lock
//   node scripts/complete-lock.mjs --check    says what is missing, exit code 1 when anything is
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain, root } from './programs.mjs'

const LOCK = join(root, 'package-lock.json')
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** Path → entry of every optional package that the lock names as a dependency and does not describe. */
export function missingEntries(packages) {
  const missing = new Map()
  for (const [path, entry] of Object.entries(packages))
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {}))
      if (!isDescribed(packages, path, name)) missing.set(`node_modules/${name}`, entryOf(name, version, entry))
  return missing
}

/** Looks where Node would: beside the package, then in each folder above. */
function isDescribed(packages, from, name) {
  if (packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`] !== undefined) return true
  return from !== '' && isDescribed(packages, from.slice(0, Math.max(from.lastIndexOf('node_modules/') - 1, 0)), name)
}

function entryOf(name, version, { dev, license, engines }) {
  const words = name.split(/[/_-]/)
  const os = SYSTEMS.find((system) => words.includes(system) || (system === 'win32' && words.includes('windows')))
  const cpu = PROCESSORS.find((processor) => words.includes(processor))
  if (os === undefined || cpu === undefined || !/^\d/.test(version))
    throw new Error(`${name}@${version}: the name does not say for which system it is. Enter it by hand.`)
  const libc = libcOf(words)
  return {
    version,
    cpu: [cpu],
    ...(dev && { dev }),
    ...(os === 'linux' && libc !== undefined && { libc: [libc] }),
    ...(license && { license }),
    optional: true,
    os: [os],
    ...(engines && { engines }),
  }
}

function libcOf(words) {
  if (words.some((word) => word.startsWith('musl'))) return 'musl'
  return words.some((word) => word.startsWith('gnu')) ? 'glibc' : undefined
}

if (isMain(import.meta.url)) {
  const lock = JSON.parse(readFileSync(LOCK, 'utf8'))
  const missing = missingEntries(lock.packages)
  for (const path of missing.keys()) console.log(path.replace('node_modules/', ''))
  if (process.argv.includes('--check')) process.exitCode = missing.size === 0 ? 0 : 1
  else if (missing.size > 0) {
    const all = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) })
    lock.packages = Object.fromEntries(all.sort(([one], [other]) => one.localeCompare(other, 'en')))
    writeFileSync(LOCK, `${JSON.stringify(lock, undefined, 2)}\n`)
  }
}
