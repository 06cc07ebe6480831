import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ROOMS } from './import-rules.ts'
import { importsOf, violations } from './imports.ts'
import { sourceFiles } from './source-files.ts'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** Two files, the first with one line of code; what is said about it. */
function planted(from: string, line: string, to = 'errors.ts'): readonly string[] {
  return violations(
    new Map([
      [from, line],
      [to, ''],
    ]),
  )
}

describe('the imports of src/', () => {
  it('go one way, and each package has its place', () => {
    expect(violations(sourceFiles(SRC))).toEqual([])
  })

  it('are really read: the check sees every folder of src/', () => {
    const rooms = new Set([...sourceFiles(SRC).keys()].map((path) => path.split('/')[0]?.replace(/\.ts$/, '')))
    expect([...rooms].filter((room) => !Object.hasOwn(ROOMS, room ?? ''))).toEqual([])
    expect(rooms.size).toBeGreaterThan(3)
  })
})

describe('the rules themselves', () => {
  it('have no room that takes from a room which takes from it', () => {
    const reaches = (from: string, to: string): boolean =>
      (ROOMS[from] ?? []).some((room) => room === to || reaches(room, to))
    expect(Object.keys(ROOMS).filter((room) => reaches(room, room))).toEqual([])
  })

  it('let nothing but the command line take the emulator', () => {
    expect(Object.keys(ROOMS).filter((room) => ROOMS[room]?.includes('emulator'))).toEqual(['cli'])
  })
})

describe('reading imports', () => {
  it.each([
    ["import { a } from './a.ts'", './a.ts', 'static'],
    ["import './a.ts'", './a.ts', 'static'],
    ["import * as a from './a.ts'", './a.ts', 'static'],
    ["import { type A } from './a.ts'", './a.ts', 'static'],
    ["import type { A } from './a.ts'", './a.ts', 'type'],
    ["export { a } from './a.ts'", './a.ts', 'static'],
    ["export * from './a.ts'", './a.ts', 'static'],
    ["export type { A } from './a.ts'", './a.ts', 'type'],
    ["let a: import('./a.ts').A", './a.ts', 'type'],
    ["const load = () => import('./a.ts')", './a.ts', 'lazy'],
    ['const load = () => import(`./a.ts`)', './a.ts', 'lazy'],
    ["const ws = require('ws')", 'ws', 'lazy'],
    ["const ws = createRequire(import.meta.url)('ws')", 'ws', 'lazy'],
    ["new Worker(new URL('./a.ts', import.meta.url))", './a.ts', 'lazy'],
    ["new Worker(new URL('./a.js', import.meta.url))", './a.ts', 'lazy'],
    ['const load = (name) => import(name)', undefined, 'lazy'],
  ])('reads %s', (line, specifier, kind) => {
    expect(importsOf('file.ts', `\n${line}`)).toEqual([{ specifier, kind, line: 2 }])
  })

  it('sees no import in a comment, a string or a URL of something else', () => {
    const text = `// import './a.ts'\nconst s = "import('./a.ts')"\nnew URL('./page.html', import.meta.url)`
    expect(importsOf('file.ts', text)).toEqual([])
  })
})

describe('a planted violation is found:', () => {
  it.each([
    ['a room that takes from a later one', 'store/a.ts', "import '../session/a.ts'", 'session/a.ts'],
    ['the same by type alone', 'store/a.ts', "import type { A } from '../session/a.ts'", 'session/a.ts'],
    ['the same, lazily', 'store/a.ts', "const a = () => import('../session/a.ts')", 'session/a.ts'],
    ['a value where only types are free', 'store/a.ts', "import '../wire/nodes.ts'", 'wire/nodes.ts'],
    ['lib that takes from anything', 'lib/a.ts', "import '../errors.ts'", 'errors.ts'],
    ['two rooms of one rank', 'wire/a.ts', "import type { A } from '../store/a.ts'", 'store/a.ts'],
    ['the emulator outside the command line', 'session/a.ts', "import '../emulator/index.ts'", 'emulator/index.ts'],
    ['the emulator in the public index', 'index.ts', "export * from './emulator/index.ts'", 'emulator/index.ts'],
    ['a pure file that takes a socket', 'linking/step.ts', "import '../wire/socket.ts'", 'wire/socket.ts'],
    ['a pure file that reads the disk', 'linking/step.ts', "import 'node:fs'", 'errors.ts'],
    ['a relative import without .ts', 'lib/a.ts', "import './b'", 'lib/b.ts'],
    ['a relative import with .js', 'lib/a.ts', "import './b.js'", 'lib/b.ts'],
    ['a file that is not there', 'lib/a.ts', "import './c.ts'", 'lib/b.ts'],
    ['a room that nobody named', 'helpers/a.ts', "import '../errors.ts'", 'errors.ts'],
    ['Baileys loaded with the file', 'session/a.ts', "import { proto } from 'baileys'", 'errors.ts'],
    ['Baileys in another room', 'store/a.ts', "const b = () => import('baileys')", 'errors.ts'],
    ['a single module of Baileys', 'wire/a.ts', "import 'baileys/lib/WABinary/encode.js'", 'errors.ts'],
    ['the bridge outside its file', 'wire/a.ts', "import 'whatsapp-rust-bridge'", 'errors.ts'],
    ['phone metadata outside phone', 'store/a.ts', "import 'libphonenumber-js/min'", 'errors.ts'],
    ['libsql outside store/sqlite', 'store/memory.ts', "import 'libsql'", 'errors.ts'],
    ['ws outside wire', 'linking/link.ts', "const ws = require('ws')", 'errors.ts'],
    ['a package that nobody decided on', 'lib/a.ts', "import 'left-pad'", 'errors.ts'],
    ['a package with a scope', 'lib/a.ts', "import '@clack/prompts'", 'errors.ts'],
    ['a computed import', 'lib/a.ts', 'const a = (name) => import(name)', 'errors.ts'],
  ])('%s', (_what, from, line, to) => {
    expect(planted(from, line, to)).toHaveLength(1)
  })

  it('a cycle of three files', () => {
    const files = new Map([
      ['lib/a.ts', "import './b.ts'"],
      ['lib/b.ts', "import './c.ts'"],
      ['lib/c.ts', "const a = () => import('./a.ts')"],
    ])
    expect(violations(files)).toEqual(['a cycle: lib/a.ts → lib/b.ts → lib/c.ts → lib/a.ts'])
  })
})

describe('what is allowed passes:', () => {
  it.each([
    ['a later room that takes from an earlier one', 'session/a.ts', "import '../errors.ts'", 'errors.ts'],
    ['the shell of linking that takes a socket', 'linking/link.ts', "import '../wire/socket.ts'", 'wire/socket.ts'],
    ['a pure file that takes a type', 'linking/a.ts', "import type { A } from '../wire/socket.ts'", 'wire/socket.ts'],
    ['a file with leave for one other', 'store/credentials.ts', "import '../wire/bridge.ts'", 'wire/bridge.ts'],
    ['a type where types are free', 'store/a.ts', "import type { A } from '../wire/a.ts'", 'wire/a.ts'],
    ['types of Baileys anywhere', 'store/a.ts', "import type { proto } from 'baileys'", 'errors.ts'],
    ['Baileys, lazily, in session', 'session/a.ts', "const b = () => import('baileys')", 'errors.ts'],
    ['two files that use each other’s types', 'lib/a.ts', "import type { A } from './a.ts'", 'lib/a.ts'],
    ['the emulator in the command line', 'cli/demo.ts', "import '../emulator/index.ts'", 'emulator/index.ts'],
    ['a module that a person named', 'cli/worker.ts', 'const a = (name) => import(name)', 'errors.ts'],
  ])('%s', (_what, from, line, to) => {
    expect(planted(from, line, to)).toEqual([])
  })
})
