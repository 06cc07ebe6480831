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

/** The files with a failure that are worth a second run with the machine to themselves; none when there are many. */
export function filesToRunAgain(report: Report | undefined): readonly string[]

/** The report with what a second run of some files found in place of the first, and what to say of it. */
export function withSecondRun(
  first: Report,
  second: Report | undefined,
): { readonly report: Report; readonly notes: readonly string[] }
