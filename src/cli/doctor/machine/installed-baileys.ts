// Which Baileys this program would load, without loading it.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export interface InstalledBaileys {
  readonly version: string
  /** The version of WhatsApp Web that it announces, `2.3000.1043857760`; undefined when it cannot be told. */
  readonly webVersion: string | undefined
}

export async function installedBaileys(): Promise<InstalledBaileys | undefined> {
  for (const folder of createRequire(import.meta.url).resolve.paths('baileys') ?? []) {
    const version = await versionIn(join(folder, 'baileys'))
    if (version !== undefined) return { version, webVersion: await webVersionIn(join(folder, 'baileys')) }
  }
  return undefined
}

async function versionIn(folder: string): Promise<string | undefined> {
  const text = await textOf(join(folder, 'package.json'))
  const version = text === undefined ? undefined : (JSON.parse(text) as { readonly version?: unknown }).version
  return typeof version === 'string' ? version : undefined
}

async function webVersionIn(folder: string): Promise<string | undefined> {
  const text = await textOf(join(folder, 'lib', 'Defaults', 'index.js'))
  return /\bversion = \[(\d+), ?(\d+), ?(\d+)\]/
    .exec(text ?? '')
    ?.slice(1)
    .join('.')
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
