// Long work on many values, in slices, so that the event loop runs in between.

/** Values sealed or opened in one turn: about 1 ms. */
export const SLICE = 100

/** Bound at load: tests that replace the timers later do not stop the store. */
const soon = setImmediate

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => soon(resolve))
}

/** All of a sequence that works for each of its values. */
export async function collected<T>(sequence: Iterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for (const value of sequence) {
    all.push(value)
    if (all.length % SLICE === 0) await nextTurn()
  }
  return all
}
