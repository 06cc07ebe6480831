export function initialize(mutant: object): void
export function load(
  url: string,
  context: object,
  next: (url: string, context: object) => unknown,
): Promise<{ readonly source: string }>
