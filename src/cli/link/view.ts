// How a link is shown while it runs.
import type { LinkEvent } from '../../linking/events.ts'

export interface LinkView {
  show(event: LinkEvent): void
  /** Takes the picture away and gives the terminal back. Safe to call twice. */
  close(): void
}
