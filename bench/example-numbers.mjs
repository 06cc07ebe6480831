// Numbers that nobody has: 555-0100 to 555-0199 are kept for examples in every area code of North America.
const EACH = 100
const AREAS = [202, 203, 205, 206, 207, 208, 209, 210, 212, 213]

/** @param {number} count up to 1,000 */
export function exampleNumbers(count) {
  if (count > AREAS.length * EACH) throw new RangeError(`there are ${AREAS.length * EACH} numbers here`)
  return Array.from(
    { length: count },
    (_, at) => `+1${AREAS[Math.floor(at / EACH)]}555${String(100 + (at % EACH)).padStart(4, '0')}`,
  )
}
