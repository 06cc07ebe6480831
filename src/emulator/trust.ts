// Baileys keeps its trust root in one constant for the whole process. While an emulator is trusted, that constant holds
// the emulator's root key. Every copy of Baileys that can be found is changed, under either package name.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { whatsAppWasContacted } from '../wire/whatsapp-contact.ts'

const PACKAGES = ['baileys', '@whiskeysockets/baileys']
const KEY_BYTES = 32

/** The constants found, each with what it held before the first emulator. */
const originals = new Map<Uint8Array, Uint8Array>()
/** Of the emulators that are trusted now; the last one counts. */
const trusted: Uint8Array[] = []

/**
 * Makes Baileys in this process trust `rootKey` instead of WhatsApp's. Without Baileys there is nothing to do.
 * @throws Error when this package opened a socket to WhatsApp in this process: that connection must not lose its root
 */
export function trustRoot(rootKey: Uint8Array): void {
  if (whatsAppWasContacted())
    throw new Error('this process talks to WhatsApp: run the emulator with plain Baileys in a process of its own')
  if (trusted.includes(rootKey)) return
  for (const constant of findConstants())
    if (!originals.has(constant)) originals.set(constant, Uint8Array.from(constant))
  trusted.push(rootKey)
  write(rootKey)
}

/** Takes it back: the root of the emulator trusted before, or what Baileys shipped. */
export function distrustRoot(rootKey: Uint8Array): void {
  const index = trusted.indexOf(rootKey)
  if (index < 0) return
  trusted.splice(index, 1)
  const last = trusted.at(-1)
  if (last !== undefined) return write(last)
  for (const [constant, original] of originals) constant.set(original)
  originals.clear()
}

/** In place: whoever holds the constant sees it. */
function write(rootKey: Uint8Array): void {
  for (const constant of originals.keys()) constant.set(rootKey)
}

function findConstants(): readonly Uint8Array[] {
  const found = new Set<Uint8Array>()
  // From this package's place and from the project that runs: they need not share one copy.
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    const require = createRequire(from)
    for (const name of PACKAGES) {
      const constant = readConstant(require, `${name}/lib/Defaults/index.js`)
      if (constant !== undefined) found.add(constant)
    }
  }
  return [...found]
}

function readConstant(require: NodeJS.Require, path: string): Uint8Array | undefined {
  let defaults: { WA_CERT_DETAILS?: { PUBLIC_KEY?: unknown } }
  try {
    // Synchronous, and the same module that `import` gives (Node 20.19 and later).
    defaults = require(path)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
  const key = defaults.WA_CERT_DETAILS?.PUBLIC_KEY
  return key instanceof Uint8Array && key.length === KEY_BYTES ? key : undefined
}

function isNotFound(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
}
