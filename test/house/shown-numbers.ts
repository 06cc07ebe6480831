import type { NumberRange } from './example-numbers.ts'

/**
 * Numbers outside the ranges of example-numbers.ts that tests or documents need all the same. These countries reserve no range for
 * examples, so only shapes are listed which show that nobody wrote down a real number. One reason each.
 */
export const SHOWN: readonly NumberRange[] = []
