// A reporter of vitest: notes how many errors came that no test awaited. The JSON report does not tell.
import { writeFileSync } from 'node:fs'

// biome-ignore lint/style/noDefaultExport: vitest takes no other
export default class UnhandledErrors {
  onTestRunEnd(_modules, errors) {
    const file = process.env.PAIRCODE_TEST_UNHANDLED
    if (file !== undefined) writeFileSync(file, String(errors.length))
  }
}
