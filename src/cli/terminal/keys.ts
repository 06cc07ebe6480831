// Single keys while something is redrawn: what is typed must not appear in the middle of it.

export type Key = 'interrupt' | 'enter' | 'other'

/** The part of `process.stdin` that is needed. */
export interface KeyInput {
  readonly isTTY?: boolean
  setRawMode?(raw: boolean): unknown
  resume(): unknown
  pause(): unknown
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown
}

/** Reads keys until the returned function is called; the terminal is then as it was. Without a terminal nothing happens. */
export function readKeys(input: KeyInput, onKey: (key: Key) => void): () => void {
  if (input.isTTY !== true || input.setRawMode === undefined) return () => {}
  const listen = (chunk: Buffer | string): void => onKey(keyOf(String(chunk)))
  input.setRawMode(true)
  input.on('data', listen)
  input.resume()
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    input.off('data', listen)
    input.setRawMode?.(false)
    input.pause()
  }
}

/** In raw mode the terminal sends Ctrl-C as a character. Several keys may come at once, when they are pasted. */
function keyOf(characters: string): Key {
  if (characters.includes('\u0003')) return 'interrupt'
  return /^[\r\n]+$/.test(characters) ? 'enter' : 'other'
}
