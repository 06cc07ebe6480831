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

function isFailed({ status }) {
  return status === 'failed'
}
