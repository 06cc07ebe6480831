/** Runs a program in the root folder. `output` holds what it printed. Never rejects. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly show?: boolean; readonly limitMs: number; readonly env?: Readonly<Record<string, string>> },
): Promise<{ readonly code: number; readonly output: string }>
