// Pure. Times in a language's own words and numerals.

/** `2:45`, as the script of the page counts it down. */
export function countdown(leftMs: number, language: string): string {
  const left = Math.max(0, Math.ceil(leftMs / 1_000))
  const seconds = new Intl.NumberFormat(language, { minimumIntegerDigits: 2 })
  return `${new Intl.NumberFormat(language).format(Math.floor(left / 60))}:${seconds.format(left % 60)}`
}

/** `9 minutes`, never too few; hours from two on. */
export function roughly(ms: number, language: string): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000))
  const [count, unit] = minutes < 120 ? [minutes, 'minute'] : [Math.ceil(minutes / 60), 'hour']
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

/** In UTC, and saying so: nobody told where the person is. The script of the page puts it into local time. */
export function moment(iso: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  return `${format.format(new Date(iso))} UTC`
}
