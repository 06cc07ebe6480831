// Server-sent events for an open page of the operator: which states changed. The page then asks for itself anew.
import type { Clock } from '../../lib/clock.ts'
import type { PanelWatch, Watched } from './watch.ts'

const HEARTBEAT_MS = 15_000
/** Frames that may wait for a reader before it is cut; it comes again by itself. */
const MOST_WAITING = 64

export function panelStream(options: {
  readonly watch: PanelWatch
  /** Undefined: whoever reads may not see it. */
  readonly shown: (change: Watched) => Pick<Watched, 'kind' | 'name' | 'state'> | undefined
  /** Whether the browser is still logged in. */
  readonly isAllowed: () => Promise<boolean>
  readonly clock: Clock
}): ReadableStream<Uint8Array> {
  const { clock } = options
  const encoder = new TextEncoder()
  let stop = (): void => {}

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let over = false
        let heart: unknown
        let unlisten = (): void => {}

        stop = () => {
          over = true
          unlisten()
          clock.clearTimeout(heart)
        }
        const close = (): void => {
          if (over) return
          stop()
          controller.close()
        }
        const send = (frame: string): void => {
          if (over) return
          controller.enqueue(encoder.encode(frame))
          if ((controller.desiredSize ?? 0) <= 0) close()
        }
        const sendAllowed = (frame: string): void => {
          void options.isAllowed().then((allowed) => (allowed ? send(frame) : close()), close)
        }
        const beat = (): void => {
          heart = clock.setTimeout(() => {
            sendAllowed(': here\n\n')
            if (!over) beat()
          }, HEARTBEAT_MS)
        }

        send('retry: 2000\n\n')
        beat()
        unlisten = options.watch.listen((changes) => {
          if (changes === undefined) return close()
          const shown = changes.flatMap((change) => options.shown(change) ?? [])
          if (shown.length > 0 || changes.length === 0)
            sendAllowed(`event: changed\ndata: ${JSON.stringify(shown)}\n\n`)
        })
      },
      cancel: () => stop(),
    },
    { highWaterMark: MOST_WAITING },
  )
}
