import { LinkError } from '../../src/errors.ts'

/** The LinkError that `run` throws. Anything else fails the test. */
export function linkErrorOf(run: () => unknown): LinkError {
  try {
    run()
  } catch (error) {
    if (error instanceof LinkError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
