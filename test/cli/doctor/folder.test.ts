// Folders as Baileys writes them, and everything that happens to them. What the doctor calls an error, an import refuses.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import { folderFacts } from '../../../src/cli/doctor/folder/facts.ts'
import { folderFindings } from '../../../src/cli/doctor/folder/findings.ts'
import { opened, temporaryFolder } from '../../conformance/store/place.ts'
import { baileysCredentials, everyKey, writeBaileysFolder } from '../../store/folder/baileys-folder.ts'
import { NUMBER } from '../../store/samples.ts'
import { isInstalled } from '../support/programs.ts'

const NOW = Date.UTC(2026, 0, 20)
const YESTERDAY = new Date(NOW - 86_400_000)
const posix = process.platform !== 'win32'

let folder: string

/** Whole, of yesterday, and nobody else's to read. */
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'auth')
  const credentials = await baileysCredentials({ firstUnuploadedPreKeyId: 813, nextPreKeyId: 813, registered: true })
  await writeBaileysFolder(folder, credentials, everyKey())
  chmodSync(folder, 0o700)
  settle()
})

function settle(at = YESTERDAY): void {
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), at, at)
}

function put(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
  settle()
}

function edit(change: (credentials: Record<string, unknown> & { me: Record<string, unknown> }) => void): void {
  const path = join(folder, 'creds.json')
  const credentials = JSON.parse(readFileSync(path, 'utf8'))
  change(credentials)
  put('creds.json', JSON.stringify(credentials))
}

async function examined(path = folder): Promise<readonly Finding[]> {
  return folderFindings(await folderFacts(path), 'paircode', NOW)
}

async function codes(severities = ['error', 'warning', 'note']): Promise<readonly string[]> {
  return (await examined()).filter(({ severity }) => severities.includes(severity)).map(({ code }) => code)
}

async function isImportable(): Promise<boolean> {
  const store = await opened('memory:')
  return store.importFolder(folder, 'sales').then(
    () => true,
    () => false,
  )
}

describe('a whole folder', () => {
  it('has nothing wrong about it, and can be imported', async () => {
    const findings = await examined()
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'ok login',
      'ok keys',
      'note importable',
    ])
    expect(findings[0]?.sentence).toContain('+1••••••••23')
    expect(findings[2]?.next).toBe(`paircode import ${folder}`)
    expect(await isImportable()).toBe(true)
  })

  it('says no number, whatever the files are called', async () => {
    put(`session-${NUMBER}.99.json`, '')
    put(`session-${NUMBER}.98.json`, '{')
    put(`${NUMBER}.txt`, '')
    expect(JSON.stringify(await examined()).replaceAll(folder, '')).not.toContain('2025550')
  })

  it('is left as it is, byte for byte, with its times', async () => {
    put('creds.json.tmp', 'half')
    const before = fingerprint()
    await examined()
    expect(fingerprint()).toEqual(before)
  })
})

function fingerprint(): readonly string[] {
  const paths = ['.', ...readdirSync(folder).sort()]
  return paths.map((name) => {
    const path = join(folder, name)
    const { mtimeMs, ctimeMs, mode, size } = lstatSync(path)
    const hash = name === '.' ? '' : createHash('sha256').update(readFileSync(path)).digest('hex')
    return [name, mtimeMs, ctimeMs, mode, size, hash].join(' ')
  })
}

describe('what an import refuses is an error', () => {
  it.each<[string, string, () => void]>([
    ['creds-missing', 'no creds.json', () => rmSync(join(folder, 'creds.json'))],
    ['creds-empty', 'an empty creds.json', () => put('creds.json', '')],
    [
      'creds-broken',
      'half of a creds.json',
      () => put('creds.json', readFileSync(join(folder, 'creds.json'), 'utf8').slice(0, 200)),
    ],
    ['creds-broken', 'something else in creds.json', () => put('creds.json', '"hello"')],
    [
      'creds-broken',
      'creds.json as a link',
      () => {
        rmSync(join(folder, 'creds.json'))
        symlinkSync('elsewhere', join(folder, 'creds.json'))
      },
    ],
    ['half-linked', 'an account that has not signed', () => edit((credentials) => delete credentials['account'])],
    ['creds-damaged', 'no noise key', () => edit((credentials) => delete credentials['noiseKey'])],
    ['creds-damaged', 'no signed pre-key', () => edit((credentials) => delete credentials['signedPreKey'])],
    ['keys-empty', 'an empty key file', () => put(`session-${NUMBER}.0.json`, '')],
    ['keys-broken', 'half of a key file', () => put('pre-key-1.json', '{"public":')],
    ['keys-broken', 'a sync key without its key', () => put('app-state-sync-key-AAAA+A==.json', '{}')],
  ])('%s: %s', async (code, _what, damage) => {
    damage()
    expect(await codes(['error'])).toEqual([code])
    expect(await isImportable()).toBe(false)
  })

  it('never-linked is no more than a warning: there is nothing to lose', async () => {
    edit((credentials) => delete (credentials as Record<string, unknown>)['me'])
    expect(await codes(['error', 'warning'])).toEqual(['never-linked'])
    expect(await isImportable()).toBe(false)
  })

  it('an empty folder, none at all, and a file in its place', async () => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    expect(await codes()).toEqual(['folder-empty'])
    expect(await examined(join(folder, 'none'))).toMatchObject([
      { code: 'folder-unreadable', sentence: 'There is no such folder.' },
    ])
    put('a', 'b')
    expect(await examined(join(folder, 'a'))).toMatchObject([
      { code: 'folder-unreadable', sentence: 'This is a file, not a folder.' },
    ])
  })
})

describe('what an import takes and somebody should know', () => {
  it.each<[string, string, string, () => void]>([
    [
      'note',
      'not-registered',
      'linked by QR code',
      () =>
        edit((credentials) => {
          credentials['registered'] = false
        }),
    ],
    ['note', 'lid-missing', 'an old folder', () => edit(({ me }) => delete me['lid'])],
    [
      'warning',
      'lid-mismatch',
      'another device in the LID',
      () =>
        edit(({ me }) => {
          me['lid'] = '987654321098765:8@lid'
        }),
    ],
    [
      'warning',
      'lid-mismatch',
      'keys that know another LID',
      () => put(`lid-mapping-${NUMBER}.json`, '"111111111111111"'),
    ],
    [
      'warning',
      'pre-keys-exhausted',
      'no pre-key',
      () => {
        for (const name of readdirSync(folder)) if (name.startsWith('pre-key')) rmSync(join(folder, name))
      },
    ],
    [
      'warning',
      'pre-keys-missing',
      'pre-keys that were to be uploaded',
      () =>
        edit((credentials) => {
          credentials['nextPreKeyId'] = 815
        }),
    ],
    [
      'warning',
      'app-state-key-missing',
      'the sync key of now',
      () =>
        edit((credentials) => {
          credentials['myAppStateKeyId'] = 'BBBB'
        }),
    ],
    [
      'note',
      'app-state-keys-missing',
      'no sync key yet',
      () => {
        edit((credentials) => delete credentials['myAppStateKeyId'])
        for (const name of readdirSync(folder)) if (name.startsWith('app-state-sync-key')) rmSync(join(folder, name))
      },
    ],
    ['warning', 'leftovers', 'half a write', () => put('creds.json.4711.tmp', '{')],
    ['note', 'skipped-files', 'a file of another program', () => put('.DS_Store', 'x')],
    ['note', 'skipped-files', 'a key whose name is not clear', () => put('session-a__b.json', '{}')],
    ['note', 'in-use', 'written just now', () => settle(new Date(NOW - 5_000))],
    ['warning', 'old', 'not written for long', () => settle(new Date(NOW - 45 * 86_400_000))],
  ])('%s %s: %s', async (severity, code, _what, change) => {
    change()
    expect((await codes([severity])).filter((one) => one !== 'importable')).toEqual([code])
    expect(await codes(['error'])).toEqual([])
    expect(await isImportable()).toBe(true)
  })

  it.runIf(posix)('rights that let others read it, unless the folder keeps them out', async () => {
    chmodSync(join(folder, 'creds.json'), 0o644)
    expect(await codes()).not.toContain('readable-by-others')
    chmodSync(folder, 0o755)
    expect((await examined()).find(({ code }) => code === 'readable-by-others')).toMatchObject({
      severity: 'warning',
      sentence: expect.stringContaining('755, creds.json 644'),
      next: `chmod -R go= ${folder}`,
    })
  })

  it('a folder behind a link', async () => {
    const link = `${folder}-link`
    symlinkSync(folder, link)
    expect((await examined(link)).map(({ code }) => code)).toContain('folder-is-link')
  })

  it('thousands of files', async () => {
    const facts = await folderFacts(folder)
    const [file] = facts.files
    const files = file === undefined ? [] : Array.from({ length: 5_001 }, () => file)
    expect(folderFindings({ ...facts, files }, 'paircode', NOW).map(({ code }) => code)).toContain('many-files')
    const large = facts.files.map((one) => ({ ...one, size: 64 << 20 }))
    expect(folderFindings({ ...facts, files: large }, 'paircode', NOW).map(({ code }) => code)).toContain('too-large')
  })
})

describe.runIf(isInstalled('git'))('a folder in a git checkout', () => {
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', args, { cwd: join(folder, '..'), stdio: 'ignore' })

  beforeEach(() => git('init', '--quiet'))

  it('is a warning while git does not ignore it, and none when it does', async () => {
    expect(await codes()).toContain('not-ignored-by-git')
    writeFileSync(join(folder, '..', '.gitignore'), '/auth/\n')
    expect((await codes()).filter((code) => code.includes('git'))).toEqual([])
  })

  it('is an error once it is in the repository', async () => {
    git('add', 'auth/creds.json')
    expect(await codes(['error'])).toEqual(['tracked-by-git'])
  })
})

describe('each finding', () => {
  it('is one sentence, with a next step for what is wrong', async () => {
    await mkdir(join(folder, 'backup'))
    put('creds.json.tmp', '')
    put(`session-${NUMBER}.5.json`, '')
    edit(({ me }) => delete me['lid'])
    for (const { severity, sentence, next } of await examined()) {
      expect(sentence).toMatch(/^[A-Za-z0-9].*\.$/s)
      if (severity === 'error' || severity === 'warning') expect(next).not.toBe('')
    }
  })
})
