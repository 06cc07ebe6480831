// Who may read a file. Windows has no such rights: nothing is known there.
import { lstat } from 'node:fs/promises'

/** The rights of a path without following a link; undefined: it is not there, or the system has none. */
export async function rightsOf(
  path: string,
  platform: NodeJS.Platform = process.platform,
): Promise<number | undefined> {
  if (platform === 'win32') return undefined
  return lstat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  )
}

/** Pure. Whether somebody but the owner may do something with it. */
export function isOpenToOthers(mode: number | undefined): mode is number {
  return mode !== undefined && (mode & 0o077) !== 0
}
