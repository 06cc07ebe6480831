// When the writing goes to a thread of its own, and when it comes back.
import type { Writer } from './writer.ts'
import type { WritingThread } from './writing-thread.ts'

export interface ThreadPlan {
  /**
   * How long the store writes where it is before it starts the thread, in ms. A start takes 5 ms here and 60 to 80 of
   * another core, which a program that links has no time for, and one that only looks at the store no use.
   */
  readonly afterMs: number
  start(): Promise<WritingThread>
}

export interface HandOver {
  /** The tables are made: from now on there may be a thread. Does not keep the process running. */
  begin(): void
  /** Ends the thread, if there is one. Nothing may be on its way. */
  close(): Promise<void>
}

/** Bound at load: a thread is no part of the time that an injected clock tells. */
const later = setTimeout

export function createHandOver(writer: Writer, { afterMs, start }: ThreadPlan): HandOver {
  let timer: NodeJS.Timeout | undefined
  let thread: WritingThread | undefined
  let closed = false

  const handOver = async (): Promise<void> => {
    try {
      const started = await start()
      if (closed) return await started.close()
      thread = started
      await started.ready
      writer.runIn(started.run)
      warn(await started.lost)
    } catch (thrown) {
      if (!closed) warn(thrown)
    }
  }

  return {
    begin() {
      if (timer !== undefined || closed) return
      timer = later(() => void handOver(), afterMs)
      timer.unref()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await thread?.close()
    },
  }
}

function warn(reason: unknown): void {
  const why = reason instanceof Error ? reason.message : String(reason)
  process.emitWarning(`The thread that writes the store is not there: ${why}`, {
    type: 'PaircodeWarning',
    code: 'PAIRCODE_STORE_THREAD',
    detail: 'Nothing is lost: writes go on without it, and stop the program for as long as the disk takes.',
  })
}
