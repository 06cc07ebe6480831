interface Report {
  readonly testResults: readonly {
    readonly status: string
    readonly name: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** What a run of vitest comes to, from the report of its JSON reporter (undefined: it wrote none) and its exit code. */
export function countsOf(
  report: Report | undefined,
  exitCode: number,
): { readonly passed: number; readonly failed: number; readonly notes: readonly string[] }
