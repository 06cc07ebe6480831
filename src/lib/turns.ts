// One piece of work in each turn of the event loop, so that many that come at the same moment do not block it together.

/** Bound at load: tests that replace the timers later do not stop what waits here. */
const soon = setImmediate

/** Resolves when it is the caller's turn: at once when nobody was let through in this turn of the event loop. */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  let taken = false

  const nextTurn = (): void => {
    const next = waiting.shift()
    if (next === undefined) {
      taken = false
      return
    }
    soon(nextTurn)
    next()
  }

  return async () => {
    if (taken) return new Promise((resolve) => waiting.push(resolve))
    taken = true
    soon(nextTurn)
  }
}
