// Who holds a lease: a process on a host, told apart from a later one that got the same process id.
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface Holder {
  /** Readable name of the host, for messages. */
  readonly host: string
  /** The same only where process ids mean the same: this boot of this machine, this process-id namespace. */
  readonly processes: string
  readonly pid: number
  /** Start of the process in clock ticks since the boot; null where the system does not say. */
  readonly startedAt: number | null
}

export type Life = 'alive' | 'dead' | 'unknown'

export function thisProcess(): Holder {
  return {
    host: hostname(),
    processes: [hostname(), contents('/proc/sys/kernel/random/boot_id').trim(), target('/proc/self/ns/pid')].join(' '),
    pid: process.pid,
    startedAt: startOf(process.pid) ?? null,
  }
}

export function isSame(a: Holder, b: Holder): boolean {
  return a.processes === b.processes && a.pid === b.pid && a.startedAt === b.startedAt
}

/** Whether the process still runs, as far as `from` can see: nothing is known of other hosts and containers. */
export function lifeOf(holder: Holder, from: Holder): Life {
  if (holder.processes !== from.processes) return 'unknown'
  const startedAt = startOf(holder.pid)
  if (startedAt === undefined) return exists(holder.pid) ? 'alive' : 'dead'
  return holder.startedAt === null || holder.startedAt === startedAt ? 'alive' : 'dead'
}

/** Field 22 of /proc/<pid>/stat (proc(5)); undefined for a process that is not there, or ended and not yet waited for. */
function startOf(pid: number): number | undefined {
  const stat = contents(`/proc/${pid}/stat`)
  // Field 2 is the program's name in parentheses and may hold anything; field 3 follows the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return undefined
  const ticks = Number(fields[19])
  return Number.isSafeInteger(ticks) ? ticks : undefined
}

/** Signal 0 only asks. EPERM: it runs, as another user. */
function exists(pid: number): boolean {
  if (contents(`/proc/${pid}/stat`) !== '') return false // seen above: ended, not yet waited for
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function target(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
