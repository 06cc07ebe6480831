// Server-sent events of one link: all after Last-Event-ID, then each as it happens, and an end.
import type { Clock } from '../../lib/clock.ts'
import { typeOf } from '../problem.ts'
import type { KnownLink, Links } from './links.ts'
import { isLast, type NumberedEvent, type Sight, seen as visible } from './told-event.ts'

export interface StreamParts {
  readonly links: Links
  readonly link: KnownLink
  /** The number after which the reader goes on; 0 for all. */
  readonly after: number
  readonly sight: Sight
  readonly clock: Clock
  /** Asked at each heartbeat: a token may be revoked while its stream is open. */
  readonly mayReadOn: () => Promise<boolean>
  /** It was cut because nobody read. */
  readonly onSlow: () => void
  readonly onEnd: () => void
}

const HEARTBEAT_MS = 15_000
/** How often the store is asked about a link of another server. */
const LOOK_MS = 1_000
/** Frames that may wait for the reader: more than a link has events, so that only silence fills it. */
const MOST_WAITING = 256
/** A reader who takes nothing for so long is cut. */
const SLOW_MS = 60_000

/** A stream of text for the body of the answer. Cancelling it, or its end, frees everything. */
export function eventStream(parts: StreamParts): ReadableStream<Uint8Array> {
  const { links, link, clock, sight } = parts
  const encoder = new TextEncoder()
  let seen = parts.after
  let stop = (): void => {}

  return new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        let over = false
        let heart: unknown
        let look: unknown
        let unlisten = (): void => {}
        let waitingSince: number | undefined

        stop = () => {
          if (over) return
          over = true
          unlisten()
          clock.clearTimeout(heart)
          clock.clearTimeout(look)
          parts.onEnd()
        }
        const close = (): void => {
          if (over) return
          stop()
          controller.close()
        }
        /** The reason is the last thing in its queue, also for a reader who wakes up late. */
        const cut = (why: 'slow-reader' | 'unauthenticated'): void => {
          if (over) return
          controller.enqueue(encoder.encode(`event: cut\ndata: {"type":"${typeOf(why)}"}\n\n`))
          if (why === 'slow-reader') parts.onSlow()
          close()
        }
        const send = (frame: string): void => {
          if (over) return
          controller.enqueue(encoder.encode(frame))
          const waiting = MOST_WAITING - (controller.desiredSize ?? 0)
          if (waiting <= 1) waitingSince = undefined
          else waitingSince ??= clock.now()
          if (waiting >= MOST_WAITING || (waitingSince !== undefined && clock.now() - waitingSince >= SLOW_MS))
            cut('slow-reader')
        }
        const tell = ({ number, event }: NumberedEvent): void => {
          if (over || number <= seen) return
          seen = number
          send(`id: ${number}\nevent: ${event.type}\ndata: ${JSON.stringify(visible(event, sight))}\n\n`)
          if (isLast(event)) close()
        }
        const beat = (): void => {
          heart = clock.setTimeout(() => {
            send(': here\n\n')
            if (over) return
            beat()
            parts.mayReadOn().then((may) => {
              if (!may) cut('unauthenticated')
            }, close)
          }, HEARTBEAT_MS)
        }
        const poll = (): void => {
          look = clock.setTimeout(() => {
            void links
              .get(link.record.id)
              .then((known) => {
                for (const event of known?.events ?? []) tell(event)
                if (known === undefined || known.record.trail !== undefined) close()
                else if (!over) poll()
              })
              .catch(close) // the reader comes again, and hears then what is wrong with the store
          }, LOOK_MS)
        }

        send('retry: 2000\n\n')
        beat()
        if (link.live !== undefined) unlisten = link.live.listen(tell)
        for (const event of link.events) tell(event)
        if (link.live !== undefined) void link.live.over.then(close)
        else if (link.record.trail !== undefined) close()
        else poll()
      },
      cancel: () => stop(),
    },
    { highWaterMark: MOST_WAITING },
  )
}
