// What a SQLite store does on a disk that takes no more: nothing that was acknowledged is lost, the failure has a name,
// and it works again when there is room. `npm run proof:disk-full`. Real file systems of 6 MB where this user may mount
// (as root, or in a namespace of its own), and a limit on the size of files, for which nobody has to be root. Then
// places that are read-only. One line each; what this machine does not allow is said and left out.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'libsql'
import { bundlePrograms } from '../scripts/bundled-programs.mjs'

const LIMIT_MS = 120_000
const DISK = 6_000_000
const FILLER = 3_000_000
const MOST_BYTES = 2_500_000

const folder = mkdtempSync(join(tmpdir(), 'paircode-disk-full-'))
const programs = join(folder, 'programs')
let failed = 0
try {
  chmodSync(folder, 0o755)
  await bundlePrograms(programs, {
    'fill-disk': 'test/conformance/store/children/fill-disk.ts',
    prepare: 'proof/disk-full/prepare.mjs',
    open: 'proof/disk-full/open.mjs',
  })
  for (const where of ['here', 'in-thread']) {
    await check(`a full disk (${mounts()}), written ${where}`, mounts() !== 'none', () => fullDisk(where))
    await check(`a limit on file sizes, written ${where}`, works('prlimit', ['--version']), () => fullFile(where))
  }
  await check('a read-only disk', mounts() === 'mount', readOnlyDisk)
  await check('a read-only file', process.getuid?.() !== 0, () => readOnly('file'))
  await check('a read-only folder', process.getuid?.() !== 0, () => readOnly('folder'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1

async function check(name, possible, prove) {
  if (!possible) return console.log(`disk-full, ${name}: not possible as this user, left out`)
  try {
    console.log(`disk-full, ${name}: ${await prove()}`)
  } catch (error) {
    failed += 1
    console.log(`disk-full, ${name}: FAILED, ${error.stack}`)
  }
}

/** How this user gets a file system of its own. */
function mounts() {
  if (process.platform !== 'linux') return 'none'
  const place = join(folder, 'may-mount')
  mkdirSync(place, { recursive: true })
  if (works('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', place])) {
    execFileSync('umount', [place])
    return 'mount'
  }
  const inside = `mount -t tmpfs -o size=1m none ${place}`
  return works('unshare', ['-rm', 'sh', '-c', inside]) ? 'unshare' : 'none'
}

/**
 * A file system in a namespace of its own, which lives as long as the program that writes and is seen through /proc. A file
 * beside the store takes the space; to delete it makes room.
 */
async function fullDisk(where) {
  const place = mkdtempSync(join(folder, 'disk-'))
  const store = `sqlite:${join(place, 'sessions.db')}`
  const [prepare, fill] = ['prepare.mjs', 'fill-disk.mjs'].map(
    (name) => `"${process.execPath}" "${join(programs, name)}"`,
  )
  const script = `mount -t tmpfs -o size=${DISK} none "$1" && ${prepare} "$2" && exec ${fill} "$2" "$3"`
  const child = start('unshare', [mounts() === 'mount' ? '-m' : '-rm', 'sh', '-c', script, 'sh', place, store, where])
  await child.expect('ready')
  const inside = join('/proc', String(child.pid), 'root', place)
  writeFileSync(join(inside, 'filler'), Buffer.alloc(FILLER))
  return proven(child, () => rmSync(join(inside, 'filler')), inside)
}

async function fullFile(where) {
  const place = mkdtempSync(join(folder, 'limit-'))
  const store = `sqlite:${join(place, 'sessions.db')}`
  execFileSync(process.execPath, [join(programs, 'prepare.mjs'), store])
  const child = start(process.execPath, [join(programs, 'fill-disk.mjs'), store, where])
  await child.expect('ready')
  const limit = (most) => execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${most}:`])
  limit(MOST_BYTES)
  return proven(child, () => limit('unlimited'), place)
}

/** Throws an Error where anything that was acknowledged is not there. */
async function proven(child, makeRoom, place) {
  child.say('fill')
  const full = JSON.parse(await child.line())
  if (full.refused === 0 || full.stored === 0) throw new Error(`it was never full: ${JSON.stringify(full)}`)
  if (full.kept !== full.stored || full.listed !== 1) throw new Error(`something is lost: ${JSON.stringify(full)}`)
  if (full.name !== 'StoreError' || full.code !== 'store-error' || !full.advice) throw new Error(JSON.stringify(full))
  makeRoom()
  child.say('again')
  const after = JSON.parse(await child.line())
  if (after.again !== 5 || after.kept !== full.stored + 5) throw new Error(JSON.stringify(after))
  // Copied while the process still has its file system: it ends with the process.
  const copy = mkdtempSync(join(folder, 'copy-'))
  for (const end of ['', '-wal']) copyIfThere(join(place, `sessions.db${end}`), join(copy, `sessions.db${end}`))
  await child.line()
  const database = new Database(join(copy, 'sessions.db'))
  const [{ integrity_check: state }] = database.prepare('PRAGMA integrity_check').all()
  database.close()
  if (state !== 'ok') throw new Error(`the database is ${state}`)
  return `${full.stored} writes acknowledged, ${full.refused} refused as "${full.message}", ${full.kept} of ${full.stored} read back; with room 5 of 5 more; integrity ok`
}

async function readOnlyDisk() {
  const place = mkdtempSync(join(folder, 'read-only-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'none', place])
  try {
    const store = `sqlite:${join(place, 'sessions.db')}`
    execFileSync(process.execPath, [join(programs, 'prepare.mjs'), store])
    execFileSync('mount', ['-o', 'remount,ro', place])
    return refused(store)
  } finally {
    execFileSync('umount', [place])
  }
}

async function readOnly(what) {
  const place = mkdtempSync(join(folder, 'read-only-'))
  const file = join(place, 'sessions.db')
  execFileSync(process.execPath, [join(programs, 'prepare.mjs'), `sqlite:${file}`])
  chmodSync(what === 'file' ? file : place, what === 'file' ? 0o400 : 0o500)
  try {
    return refused(`sqlite:${file}`)
  } finally {
    chmodSync(place, 0o700)
  }
}

function refused(store) {
  const answer = JSON.parse(execFileSync(process.execPath, [join(programs, 'open.mjs'), store], { encoding: 'utf8' }))
  if (answer.name !== 'StoreError' || !answer.advice) throw new Error(JSON.stringify(answer))
  return `refused as "${answer.message.replace(folder, '…')}"`
}

function start(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], timeout: LIMIT_MS })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the program that writes ended')
    return value
  }
  return {
    pid: child.pid,
    line,
    say: (text) => child.stdin.write(`${text}\n`),
    async expect(text) {
      const said = await line()
      if (said !== text) throw new Error(`the program that writes said ${said}`)
    },
  }
}

function copyIfThere(from, to) {
  try {
    writeFileSync(to, readFileSync(from))
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function works(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
