// What a part of the bench says in the end: figures beside their goals.

/**
 * @typedef {object} Figure
 * @property {string} what
 * @property {string} theirs what it is compared with, in words
 * @property {string} ours
 * @property {number} value compared with the goal
 * @property {number} [most] the goal: no more than this
 * @property {number} [least] the goal: no less than this
 * @property {string} [unit] of `value`; none for a ratio
 * @property {{ limit: number, why: string }} [check] what `bench:check` bears, and why it is not the goal itself
 * @property {number} [best] what `bench:check` looks at instead of `value`: the best run, which other programs disturbed least
 */

/** @param {Figure} figure */
export function isMet({ value, most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }) {
  return value <= most && value >= least
}

/** Whether `bench:check` bears it. Only figures with a `check` can fail there. @param {Figure} figure */
export function isBorne({ value, best = value, least, check }) {
  if (check === undefined) return true
  return least === undefined ? best <= check.limit : best >= check.limit
}

/** @param {readonly Figure[]} figures */
export function table(figures) {
  const lines = figures.map((figure) => {
    const goal = goalOf(figure)
    const verdict = goal === 'none' ? '–' : isMet(figure) ? 'met' : '**missed**'
    return `| ${figure.what} | ${figure.theirs} | ${figure.ours} | ${shown(figure)} | ${goal} | ${verdict} |`
  })
  return ['| what | compared with | Paircode | figure | goal | |', '|---|---|---|---|---|---|', ...lines].join('\n')
}

export function shown({ value, unit }) {
  return unit === undefined ? value.toFixed(2) : `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`
}

export function goalOf({ most, least, unit = '' }) {
  if (most !== undefined) return `≤ ${most} ${unit}`.trim()
  return least === undefined ? 'none' : `≥ ${least} ${unit}`.trim()
}

/** `12 (10-15)`: median, lowest and highest. */
export function range({ median, lowest, highest }, unit = '') {
  const digits = median < 100 ? 1 : 0
  return `${median.toFixed(digits)} (${lowest.toFixed(digits)}-${highest.toFixed(digits)}) ${unit}`.trim()
}
