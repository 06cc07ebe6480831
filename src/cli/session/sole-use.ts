// Changing a session that a bot is using would pull its login from under it: so it is taken first, as a bot would.
import { LinkError } from '../../errors.ts'
import type { Store } from '../../store/contract.ts'
import { internalsOf } from '../../store/internals.ts'
import { LeaseHeld, type LeaseHolder } from '../../store/leases.ts'
import type { Context } from '../context.ts'
import { holderText } from './holder-text.ts'

/**
 * Runs `work` while nobody else can use the session. A holder that may be dead is waited for, 15 s at most.
 * @throws LinkError `session-busy` · `cancelled`
 */
export async function withSoleUse<Result>(
  session: string,
  store: Store,
  { printer, interrupts, program }: Context,
  work: () => Promise<Result>,
): Promise<Result> {
  const internals = internalsOf(store)
  const holder = await internals.holder({ kind: 'session', key: session })
  if (holder?.life === 'unknown' && !holder.isOver)
    printer.print(
      { type: 'waiting', reason: 'session-busy' },
      `Session ${session} is held by ${holderText(holder)}; waiting …`,
      'step',
    )
  const cancelling = new AbortController()
  const stopListening = interrupts.listen(() => cancelling.abort(new LinkError('cancelled', 'nothing was changed')))
  try {
    const lease = await internals.acquire({ kind: 'session', key: session, signal: cancelling.signal })
    try {
      return await work()
    } finally {
      await lease.release()
    }
  } catch (thrown) {
    throw thrown instanceof LeaseHeld ? sessionBusy(session, thrown, program) : thrown
  } finally {
    stopListening()
  }
}

/** With the process to look for. */
export function sessionBusy(session: string, holder: Pick<LeaseHolder, 'host' | 'pid'>, program: string): LinkError {
  return new LinkError('session-busy', `session ${session} is held by ${holderText(holder)}: nothing was changed`, {
    advice: `Stop that program, then try again. “${program} status ${session}” says when nobody holds it any more.`,
  })
}
