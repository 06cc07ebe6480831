// Once for a run of the tests: the program of the thread that writes, made from the sources of this moment. Node 20 takes
// no TypeScript in a thread.
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { TestProject } from 'vitest/node'
import { bundleThread } from '../../../../scripts/bundle.mjs'

const NODE_MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url))

declare module 'vitest' {
  interface ProvidedContext {
    /** file: URL */
    readonly threadProgram: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-thread-'))
  // For libsql, which is not in the bundle.
  await symlink(NODE_MODULES, join(folder, 'node_modules'), 'junction')
  const file = join(folder, 'thread.mjs')
  await bundleThread(file)
  project.provide('threadProgram', pathToFileURL(file).href)
  return () => rm(folder, { recursive: true, force: true })
}
