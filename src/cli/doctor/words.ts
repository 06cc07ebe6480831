// Pure. How findings say things.

/** `1 file`, `1,204 files`. */
export function count(number: number, one: string, more = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : more}`
}

/** `a.json, b.json and 3 more`. */
export function some(names: readonly string[], limit = 3): string {
  const rest = names.length - limit
  return rest > 0 ? `${names.slice(0, limit).join(', ')} and ${rest.toLocaleString('en')} more` : names.join(', ')
}

/** `12 KiB`, `3 MiB`. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / (1 << 20))} MiB`
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

/** The rights of a file as `chmod` takes them: `644`. */
export function rights(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, '0')
}
