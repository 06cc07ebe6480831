/** @param count up to 1,000 */
export function exampleNumbers(count: number): readonly string[]
