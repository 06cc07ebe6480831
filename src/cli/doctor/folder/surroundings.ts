// Pure. What endangers a folder: who can read it, who writes to it, what else lies in it.
import { maskedFile } from '../../../store/folder/broken.ts'
import { ago } from '../../printing/words.ts'
import { error, type Finding, note, warning } from '../finding.ts'
import { isOpenToOthers } from '../rights.ts'
import { count, quoted, rights, size, some } from '../words.ts'
import type { FileFacts, FolderFacts } from './facts.ts'

export function surroundingFindings(facts: FolderFacts, program: string, now: number): readonly Finding[] {
  return [
    ...secrecy(facts),
    ...checkout(facts, program),
    ...otherFiles(facts),
    ...amount(facts, program),
    ...age(facts, program, now),
    ...(facts.isLink
      ? [note('folder-is-link', 'The path is a symbolic link; what it leads to was examined.', '')]
      : []),
  ]
}

/** What the folder's own rights keep out needs no others. */
function secrecy({ folder, mode, credentials }: FolderFacts): readonly Finding[] {
  if (!isOpenToOthers(mode) || !isOpenToOthers(credentials.mode)) return []
  const path = quoted(folder)
  return [
    warning(
      'readable-by-others',
      `Other users of this machine can read the login: the folder has the rights ${rights(mode)}, creds.json ${rights(credentials.mode)}.`,
      `chmod -R go= ${path}`,
    ),
  ]
}

function checkout({ folder, git }: FolderFacts, program: string): readonly Finding[] {
  const path = quoted(folder)
  const ignore = ignoring(folder)
  switch (git) {
    case 'tracked':
      return [
        error(
          'tracked-by-git',
          'creds.json is in git: whoever has the repository has the account.',
          `git rm -r --cached ${path}, ${ignore}, then log the device out on the phone and link anew: ${program} link`,
        ),
      ]
    case 'not-ignored':
      return [
        warning(
          'not-ignored-by-git',
          'The folder lies in a git checkout that does not ignore it: the next commit may publish the login.',
          ignore,
        ),
      ]
    case 'unknown':
      return [
        note(
          'git-unknown',
          'The folder lies in a git checkout, and git does not say whether it is ignored.',
          `git check-ignore ${path}`,
        ),
      ]
    default:
      return []
  }
}

/** What to type for a folder below the working directory; for any other, where to name it is not known. */
function ignoring(folder: string): string {
  const below = folder.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  const isBelow = below !== '' && below !== '.' && !below.startsWith('/') && !below.split('/').includes('..')
  return isBelow ? `echo ${quoted(`/${below}/`)} >> .gitignore` : 'name the folder in .gitignore'
}

/** What programs leave behind that write a file under another name first. */
const LEFTOVER = /\.(tmp|temp|new|part|swp|lock|bak|old|orig)$|~$|^\.#|^creds\.json\.|\.json\.[^.]+$/i

function otherFiles({ files }: FolderFacts): readonly Finding[] {
  const others = files.filter(({ reason }) => reason !== undefined)
  const left = others.filter(({ name }) => LEFTOVER.test(name))
  const rest = others.filter(({ name }) => !LEFTOVER.test(name))
  const found: Finding[] = []
  if (left.length > 0)
    found.push(
      warning(
        'leftovers',
        `${count(left.length, 'file was', 'files were')} left behind by a write that did not end (${names(left)}): a program was killed, or two write to this folder.`,
        'See that only one bot uses the folder, then delete them.',
      ),
    )
  if (rest.length > 0)
    found.push(
      note(
        'skipped-files',
        `${count(rest.length, 'file has', 'files have')} no place in a store (${some(rest.map(({ name, reason }) => `${maskedFile(name)}: ${reason}`))}).`,
        'Nothing: an import leaves them where they are.',
      ),
    )
  return found
}

function names(files: readonly FileFacts[]): string {
  return some(files.map(({ name }) => maskedFile(name)))
}

/** From here on, listing the folder takes file systems noticeable time. */
const MANY = 5_000
/** As an import allows for all files together. */
const MOST_BYTES = 256 << 20

function amount({ folder, files, credentials }: FolderFacts, program: string): readonly Finding[] {
  const bytes = files.reduce((sum, file) => sum + file.size, credentials.size ?? 0)
  if (bytes > MOST_BYTES)
    return [
      error(
        'too-large',
        `The files of the folder hold ${size(bytes)}: an import takes ${size(MOST_BYTES)} at most.`,
        'Move what Baileys did not write out of the folder.',
      ),
    ]
  if (files.length <= MANY) return []
  return [
    warning(
      'many-files',
      `The folder holds ${count(files.length, 'file')}, one for each key: that is slow, and slow to copy.`,
      `${program} import ${quoted(folder)}`,
    ),
  ]
}

const JUST_NOW_MS = 60_000
/** WhatsApp unlinks devices when the phone was not used for 14 days; how long it keeps an unused device is not known. */
const OLD_MS = 30 * 86_400_000

function age({ folder, files, credentials }: FolderFacts, program: string, now: number): readonly Finding[] {
  const newest = Math.max(0, ...files.map(({ changedAt }) => changedAt), credentials.changedAt ?? 0)
  if (newest === 0) return []
  const passed = now - newest
  if (passed < JUST_NOW_MS)
    return [
      note(
        'in-use',
        'Something in the folder was written less than a minute ago: a bot seems to be running on it.',
        'Stop it before you import the folder.',
      ),
    ]
  if (passed < OLD_MS) return []
  return [
    warning(
      'old',
      `The folder was last written ${ago(new Date(newest), now)}: WhatsApp may have unlinked the device meanwhile.`,
      `${program} import ${quoted(folder)}, then ${program} connect: that tells whether it is still linked`,
    ),
  ]
}
