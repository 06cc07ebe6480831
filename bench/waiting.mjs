// Opens what waits, step by step, and weighs the process after each step.

/** What runs on after the last code: Baileys is loaded for the first login, keys are made, buffers are let go. */
const REST_MS = 2_500
const WEIGHINGS = 4
const BETWEEN_MS = 400

/**
 * @template Weight
 * @param {readonly number[]} counts upwards
 * @param {(at: number) => Promise<void>} open
 * @param {() => Promise<Weight>} weigh
 */
export async function weighedAt(counts, open, weigh) {
  const weights = []
  let opened = 0
  for (const count of counts) {
    await Promise.all(Array.from({ length: count - opened }, (_, next) => open(opened + next)))
    opened = count
    await rest(REST_MS)
    weights.push({ count, ...(await least(weigh)) })
  }
  return weights
}

/** The lightest of four weighings: what is under way at one of them (a lease that is renewed) is not what waiting costs. */
async function least(weigh) {
  const all = []
  for (let weighing = 0; weighing < WEIGHINGS; weighing += 1) {
    all.push(await weigh())
    await rest(BETWEEN_MS)
  }
  return all.reduce((one, other) => (other.total < one.total ? other : one))
}

/** Resolves after `ms`. */
export function rest(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
