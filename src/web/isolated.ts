// What comes into a sentence from outside keeps its own direction and does not turn that of the sentence: Unicode's isolates,
// which work in titles and messages too, where markup does not.

/** Of whatever direction its first letter has: names, device names. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`
}

/** From left to right: numbers, codes, addresses. */
export function leftToRight(text: string): string {
  return `\u2066${text}\u2069`
}
