// The browser that comes inside the npm package @sparticuz/chromium, unpacked once for each version and used from there.
// It needs nothing of the system but the C library: NSS, NSPR and expat come along, and a font.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'

/** What a launch may take on a busy machine; the first one on a machine unpacks as well. */
export const LAUNCH_MS = 120_000

const inflated = promisify(brotliDecompress)
const run = promisify(execFile)

/** Why there is no browser on this system; undefined: there is one. */
export const noBrowser =
  process.platform === 'linux' && process.arch === 'x64'
    ? undefined
    : `The packaged browser runs on Linux x64 alone, this is ${process.platform} ${process.arch}.`

/**
 * Playwright's own arguments; the sandbox of Chromium cannot be had as root. Rejects when a package is missing.
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchBrowser() {
  const { chromium } = await import('playwright-core')
  const { executable, env } = await unpackedBrowser()
  return chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox'],
    env: { ...process.env, ...env },
    timeout: LAUNCH_MS,
  })
}

/** Unpacks on the first call on this machine (2 s), into node_modules/.cache. Two processes may do so at once. */
async function unpackedBrowser() {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const home = packageFolder(entry)
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  const cache = join(dirname(dirname(home)), '.cache')
  const folder = join(cache, `paircode-browser-${version}`)
  if (!existsSync(folder)) await unpack(join(home, 'bin'), cache, folder)
  return {
    executable: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  }
}

function packageFolder(file) {
  const folder = dirname(file)
  return existsSync(join(folder, 'bin', 'chromium.br')) ? folder : packageFolder(folder)
}

/** Into a folder of its own, which gets its name when it is whole. */
async function unpack(bin, cache, folder) {
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(join(cache, 'paircode-unpacking-'))
  try {
    const executable = join(fresh, 'chromium')
    await writeFile(executable, await inflated(await readFile(join(bin, 'chromium.br'))))
    await chmod(executable, 0o755)
    for (const name of ['al2023', 'fonts', 'swiftshader']) {
      const tar = join(fresh, `${name}.tar`)
      await writeFile(tar, await inflated(await readFile(join(bin, `${name}.tar.br`))))
      await run('tar', ['-xf', tar, '-C', fresh, '--no-same-owner'])
      await rm(tar)
    }
    await writeFile(join(fresh, 'fonts.conf'), fontsConf(folder))
    await rename(fresh, folder).catch((error) => {
      // Another process was first: its folder is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

/** The system's fonts too, where there are any: for scripts that the packaged one lacks. */
function fontsConf(folder) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}
