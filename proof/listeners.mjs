// npm run proof:listeners -- [links] [--store sqlite | memory]
//
// Proves: of a thousand links that wait for their code to be typed, each with a listener over HTTP, every listener hears every
// event of its link once and in order, and the server writes it to the listener's connection within 100 ms (p99) of the moment
// when the link has it to tell. The time of the store, which has each event before anybody hears of it, is in these 100 ms.
//
// The server is alone in this process, on a SQLite store; with `--store memory` no disk is waited for, and the figure is the
// server's own part. WhatsApp, its phones and the programs that call the server are in
// another (listeners/outside.ts), so that what they do is not measured. Where the machine is busy with other programs, the
// figure holds what they took: run it on a machine that does nothing else. Something happens to ten links a second.
//
// Exits 1 when an event was missing, doubled or out of order, or p99 was over 100 ms.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundlePrograms } from '../scripts/bundled-programs.mjs'

const MOST_MS = 100

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { store: { type: 'string', default: 'sqlite' } },
})
const count = Number(positionals[0] ?? 1_000)
if (!['sqlite', 'memory'].includes(values.store) || !Number.isInteger(count) || count < 1 || count > 1_000) {
  console.error('Usage: npm run proof:listeners -- [links, 1 to 1000] [--store sqlite | memory]')
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'paircode-listeners-'))
try {
  await bundlePrograms(folder, { server: 'proof/listeners/listened-links.ts', outside: 'proof/listeners/outside.ts' })
  const { listenToLinks } = await import(join(folder, 'server.mjs'))
  process.exitCode = told(await listenToLinks(count, join(folder, 'outside.mjs'), values.store)) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Prints the line of figures; says whether all held. */
function told({ heard, faults, latency, stall, idle, ends, ms: took }) {
  for (const fault of faults.slice(0, 20)) console.log(fault)
  const ms = (value) => `${value.toFixed(1)} ms`
  console.log(
    `listeners: ${count}, ${values.store}; ${heard} events heard; ends: ${[...ends].map(([end, times]) => `${times} × ${end}`).join(', ')}; ` +
      `told to written, ${latency.count} events: median ${ms(latency.median)}, p99 ${ms(latency.p99)}, at most ${ms(latency.most)}; ` +
      `event loop stalls p99 ${ms(stall.p99)}, at most ${ms(stall.most)}, of a thread that does nothing ${ms(idle.p99)} and ${ms(idle.most)}; ${faults.length} faults; ` +
      `${Math.round(took / 1_000)} s`,
  )
  return faults.length === 0 && latency.p99 <= MOST_MS
}
