import type { NumberedEvent, ToldEvent } from './told-event.ts'

/** Pure. How the code before the present one ended; null when the present one is the first, or something else came since. */
export function lastExpiry(
  events: readonly NumberedEvent[],
): Extract<ToldEvent, { readonly type: 'code-expired' }>['reason'] | null {
  const isPassedOver = ({ event: { type } }: NumberedEvent): boolean =>
    type === 'code' || type === 'qr' || type === 'connecting' || type === 'retrying'
  const last = events.findLast((event) => !isPassedOver(event))?.event
  return last?.type === 'code-expired' ? last.reason : null
}
