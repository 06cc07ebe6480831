// Pure. Small things that are said the same way everywhere.

/** `the session is busy` → `The session is busy.` */
export function sentence(text: string): string {
  const trimmed = text.trim()
  // The name of a file or of a host is written as it is.
  const isName = /^\S+\.\w/.test(trimmed)
  const first = isName ? trimmed : trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}

/** A wait as people say it, rounded up so that it is never too short: `1 second`, `90 seconds`, `3 minutes`, `2 hours`. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  if (seconds <= 90) return amount(seconds, 'second')
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 90 ? amount(minutes, 'minute') : amount(Math.ceil(minutes / 60), 'hour')
}

function amount(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** `3 minutes ago`, `yesterday`; under a minute `just now`. */
export function ago(then: Date, now: number): string {
  const passed = Math.max(0, now - then.getTime())
  const [unit, ms] = UNITS.find(([, length]) => passed >= length) ?? []
  if (unit === undefined || ms === undefined) return 'just now'
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(passed / ms), unit)
}

/** `14:03:10`, of this machine's time zone. */
export function timeOfDay(date: Date): string {
  return date.toLocaleTimeString('en-GB')
}

/**
 * How to call this program again: through npx when it was started by npm, since it is then not on the path.
 * npm sets `npm_command` for what it runs.
 */
export function programName(variables: Readonly<Record<string, string | undefined>>): string {
  return variables.npm_command === undefined ? 'paircode' : 'npx paircode'
}
