// npm run proof:requests -- [count] [--seed n]
//
// Proves: whatever is sent to the server's API, it answers, in time, with no 5xx, and with a problem document where it refuses.
// The requests are made from its own description (requests/made-request.ts): ids that it handed out and ids that it never
// did, values that fit their schema and values that do not, bodies that are cut, too deep, too large or no JSON, headers and
// queries nobody asked for, other methods. With every scope and without our own limits, so that all of it gets as far
// as it can; against an emulated WhatsApp.
//
// Takes about 10 s a thousand. Exits 1 when anything was wrong; the same seed makes the same requests.
import { parseArgs } from 'node:util'
import { sendRequests } from './requests/sent-requests.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) } },
})
const count = Number(positionals[0] ?? 10_000)
if (!Number.isInteger(count) || count < 1) {
  console.error('Usage: npm run proof:requests -- [count] [--seed n]')
  process.exit(2)
}
const start = performance.now()
const { sent, faults, statuses, succeeded, calls } = await sendRequests({
  count,
  seed: Number(values.seed),
  atOnce: 24,
})
for (const fault of faults.slice(0, 20)) console.log(fault)
const seen = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${times} × ${status}`)
console.log(
  `requests: ${sent}; ${seen.join(', ')}; ${succeeded.size} of ${calls} calls succeeded at least once; ` +
    `${faults.length} faults; ${Math.round((performance.now() - start) / 1_000)} s, seed ${values.seed}`,
)
process.exit(faults.length === 0 ? 0 : 1)
