// Pure. What a run of vitest comes to, from the report of its JSON reporter and its exit code.

/**
 * @param {{ testResults: { status: string, name: string, assertionResults: { status: string, fullName: string }[] }[] } | undefined} report
 *   undefined when vitest ended before it wrote one
 * @param {number} exitCode
 * @returns {{ passed: number, failed: number, notes: string[] }} notes: what a reader must know beside the numbers
 */
export function countsOf(report, exitCode) {
  const files = report?.testResults ?? []
  const tests = files.flatMap((file) => file.assertionResults)
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failed = tests.filter(({ status }) => status === 'failed').length
  // A file that could not be loaded, or a hook that threw, has no failed test of its own.
  const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some(isFailed))
  const notes = [
    ...broken.map(({ name }) => `broken: ${name}`),
    ...tests
      .filter((test) => !isFailed(test) && test.status !== 'passed')
      .map(({ fullName }) => `not run: ${fullName}`),
  ]
  if (passed + failed === 0) notes.push('vitest ran no test, which counts as a failure')
  else if (exitCode !== 0 && failed + broken.length === 0)
    notes.push(`vitest ended with ${exitCode} although no test failed, which counts as a failure`)
  const unexplained = failed + broken.length === 0 && (passed === 0 || exitCode !== 0) ? 1 : 0
  return { passed, failed: failed + broken.length + unexplained, notes }
}

/** More than these do not fail by chance. */
const FILES_RUN_AGAIN = 3

/**
 * The files with a failure that are worth a second run with the machine to themselves; none when there are many.
 * @param {Parameters<typeof countsOf>[0]} report
 * @returns {string[]} their paths
 */
export function filesToRunAgain(report) {
  const files = (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name)
  return files.length <= FILES_RUN_AGAIN ? files : []
}

/**
 * The report with what a second run of some files found in place of the first, and what to say of it: a test that passes
 * only the second time is named, since it is one to mend.
 * @param {NonNullable<Parameters<typeof countsOf>[0]>} first
 * @param {Parameters<typeof countsOf>[0]} second
 */
export function withSecondRun(first, second) {
  const again = new Map((second?.testResults ?? []).map((file) => [file.name, file]))
  const notes = first.testResults.flatMap((file) => {
    const now = again.get(file.name)
    if (now === undefined || now.status === 'failed') return []
    const failed = file.assertionResults.filter(isFailed).map(({ fullName }) => fullName)
    return (failed.length === 0 ? [file.name] : failed).map((name) => `passed only when run again: ${name}`)
  })
  return { report: { testResults: first.testResults.map((file) => again.get(file.name) ?? file) }, notes }
}

function isFailed({ status }) {
  return status === 'failed'
}
