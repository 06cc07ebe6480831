// Pure. Versions and ranges, as far as this package's own ranges go: comparators with a space between.

interface Version {
  readonly numbers: readonly number[]
  /** Dot-separated; empty for a release. */
  readonly before: readonly string[]
}

const WRITTEN = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/

/** Whether a version lies in a range such as `>=7.0.0-rc13 <8.0.0-0`; undefined when either cannot be read. */
export function isInRange(version: string, range: string): boolean | undefined {
  const given = read(version)
  const comparators = range
    .trim()
    .split(/\s+/)
    .map((text) => /^(>=|<=|>|<|=?)(.+)$/.exec(text))
  const answers = comparators.map((comparator) => {
    const bound = read(comparator?.[2] ?? '')
    return given === undefined || bound === undefined ? undefined : holds(compare(given, bound), comparator?.[1] ?? '')
  })
  return answers.includes(undefined) ? undefined : answers.every(Boolean)
}

function holds(order: number, operator: string): boolean {
  if (operator === '>=') return order >= 0
  if (operator === '<=') return order <= 0
  if (operator === '>') return order > 0
  return operator === '<' ? order < 0 : order === 0
}

function read(text: string): Version | undefined {
  const [, major, minor = '0', patch = '0', before] = WRITTEN.exec(text.trim()) ?? []
  if (major === undefined) return undefined
  return { numbers: [major, minor, patch].map(Number), before: before === undefined ? [] : before.split('.') }
}

/** As semver.org section 11 has it: what comes before a release is smaller. */
function compare(a: Version, b: Version): number {
  const [at = 0] = a.numbers
    .map((number, place) => number - (b.numbers[place] ?? 0))
    .filter((difference) => difference !== 0)
  if (at !== 0) return at
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length
  for (const [place, one] of a.before.entries()) {
    const other = b.before[place]
    if (other === undefined) return 1
    const order = compareParts(one, other)
    if (order !== 0) return order
  }
  return a.before.length - b.before.length
}

function compareParts(one: string, other: string): number {
  const numeric = [one, other].map((part) => /^\d+$/.test(part))
  if (numeric[0] && numeric[1]) return Number(one) - Number(other)
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1
  return one === other ? 0 : one < other ? -1 : 1
}
