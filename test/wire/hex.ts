/** Spaces are for the reader. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** The same object with its bytes as hex: Buffer or Uint8Array is not what a test asks. */
export function hexed(object: object): Record<string, unknown> {
  const entries = Object.entries(object) as [string, unknown][]
  return Object.fromEntries(entries.map(([name, value]) => [name, value instanceof Uint8Array ? hexOf(value) : value]))
}

/** Without half a surrogate pair, which UTF-8 cannot say. */
export function isWellFormed(text: string): boolean {
  return Buffer.from(text, 'utf8').toString('utf8') === text
}
