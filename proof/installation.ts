// A folder in which a program finds `paircode` as it would be installed: bundled like dist/, but from the sources as they are
// now, with what a proof puts into them. Everything else comes from node_modules.
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'rolldown'
import { bundle } from '../scripts/bundle.mjs'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface Installation {
  readonly folder: string
  /** The path of a program beside this file, copied to where it finds the package. */
  put(program: URL): Promise<string>
  remove(): Promise<void>
}

export interface Changes {
  /** Changes the sources on their way into the bundle. */
  readonly plugins?: readonly Plugin[]
  /** Package name → folder that is taken instead of the one in node_modules. */
  readonly instead?: ReadonlyMap<string, string>
}

export async function install({ plugins = [], instead = new Map() }: Changes = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-proof-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const modules = join(folder, 'node_modules')
    await mkdir(join(modules, 'paircode'), { recursive: true })
    await linkPackages(modules, instead)
    await copyFile(join(ROOT, 'package.json'), join(modules, 'paircode', 'package.json'))
    await bundle(join(modules, 'paircode', 'dist'), { plugins })
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
  } catch (error) {
    await remove()
    throw error
  }
  return {
    folder,
    async put(program) {
      const source = fileURLToPath(program)
      const target = join(folder, source.slice(source.lastIndexOf('/') + 1))
      await copyFile(source, target)
      return target
    },
    remove,
  }
}

/** Links every package of this checkout into `modules`, but for those that come from elsewhere. */
export async function linkPackages(modules: string, instead: ReadonlyMap<string, string>): Promise<void> {
  const names = await readdir(join(ROOT, 'node_modules'))
  for (const name of names)
    if (!name.startsWith('.') && name !== 'paircode' && !instead.has(name))
      await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  for (const [name, folder] of instead) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(folder, join(modules, name))
  }
}
