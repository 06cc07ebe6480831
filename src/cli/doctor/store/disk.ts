// Pure. What is wrong with a store's files.
import { error, type Finding, note, warning } from '../finding.ts'
import { isOpenToOthers } from '../rights.ts'
import { quoted, rights, size } from '../words.ts'
import type { DiskFacts } from './facts.ts'

/** Bytes. SQLite takes the log in after 1 MiB; it grows past that while somebody reads without an end. */
const LARGE_LOG = 16 << 20

export function diskFindings(disk: DiskFacts): readonly Finding[] {
  return [...writing(disk), ...secrecy(disk), ...checkout(disk), ...log(disk)]
}

function writing({ file, isWritable }: DiskFacts): readonly Finding[] {
  if (isWritable) return []
  return [
    error(
      'not-writable',
      'This user may not write the database and its folder, so no program of this user can open it.',
      `Run as the user who owns it, or change its owner: chown -R "$(id -un)" ${quoted(file)}*`,
    ),
  ]
}

function secrecy({ file, mode, key }: DiskFacts): readonly Finding[] {
  const found: Finding[] = []
  // The folder alone keeps others out.
  if (key !== undefined && isOpenToOthers(key.mode) && isOpenToOthers(key.folderMode))
    found.push(
      warning(
        'key-readable-by-others',
        `Other users of this machine can read the key of the store (rights ${rights(key.mode)}).`,
        `chmod -R go= ${quoted(key.folder)}`,
      ),
    )
  if (isOpenToOthers(mode))
    found.push(
      warning(
        'store-readable-by-others',
        `Other users of this machine can read the database (rights ${rights(mode)}): its values are sealed, the names of sessions are not.`,
        `chmod go= ${quoted(file)}`,
      ),
    )
  return found
}

function checkout({ file, key, git }: DiskFacts): readonly Finding[] {
  const path = quoted(key?.folder ?? file)
  const what = key === undefined ? 'The database' : 'The key of the store'
  if (git === 'tracked')
    return [
      error(
        'tracked-by-git',
        `${what} is in git: whoever has the repository can read it.`,
        `git rm -r --cached ${path}`,
      ),
    ]
  if (git === 'not-ignored')
    return [
      warning(
        'not-ignored-by-git',
        `${what} lies in a git checkout that does not ignore it.`,
        `Name ${path} in .gitignore.`,
      ),
    ]
  return git === 'unknown'
    ? [
        note(
          'git-unknown',
          `${what} lies in a git checkout, and git does not say whether it is ignored.`,
          `git check-ignore ${path}`,
        ),
      ]
    : []
}

function log({ logBytes }: DiskFacts): readonly Finding[] {
  if (logBytes < LARGE_LOG) return []
  return [
    warning(
      'large-log',
      `The log beside the database has grown to ${size(logBytes)}: some program keeps it from being taken in.`,
      'Stop the programs that use the store; the last one takes it in as it closes.',
    ),
  ]
}
