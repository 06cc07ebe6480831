import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BAILEYS = 'baileys@7.0.0-rc14'

export interface Installed {
  /** A project of someone else, with this package and Baileys in its node_modules. */
  readonly folder: string
  /** Every file of the tarball, from the package's root. */
  readonly files: readonly string[]
  remove(): Promise<void>
}

/**
 * Packs this package as it would be published and installs it where nothing of this repository can be found, with this
 * Baileys. One under another name is alone: npm would bring `baileys` along, as the peer that it is.
 */
export async function installPacked(baileys = BAILEYS): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-installed-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const tarball = process.env.PAIRCODE_TEST_TARBALL ?? (await pack(folder))
    await writeFile(join(folder, 'package.json'), '{ "name": "someone-elses-bot", "private": true }\n')
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
    const alone = baileys.startsWith('baileys@') ? [] : ['--legacy-peer-deps']
    await npm(['install', '--prefix', folder, ...quiet, ...alone, tarball, baileys], folder)
    const { stdout } = await run('tar', ['-tzf', tarball])
    const files = stdout.split('\n').filter((line) => line !== '')
    return { folder, files: files.map((file) => file.replace(/^package\//, '')).sort(), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function pack(folder: string): Promise<string> {
  await npm(['pack', '--loglevel=error', '--pack-destination', folder], ROOT)
  const file = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (file === undefined) throw new Error('npm pack made no tarball')
  return join(folder, file)
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  await run('npm', [...args], { cwd, timeout: 300_000 })
}

/** What a program printed; `code` is its exit code. Never rejects for an exit code. */
export async function runNode(folder: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout } = await run(process.execPath, [...args], { cwd: folder, timeout: 60_000 })
    return { code: 0, output: stdout.trim() }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string }
    return { code: code ?? 1, output: `${stdout ?? ''}${stderr ?? ''}`.trim() }
  }
}

export interface Manifest {
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

export async function manifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest
}
