// Pure. Who has a session, in words.
import type { LeaseHolder } from '../../store/leases.ts'

export function holderText({ host, pid }: Pick<LeaseHolder, 'host' | 'pid'>): string {
  return `process ${pid} on ${host}`
}
