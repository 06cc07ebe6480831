// Pure. The time that is left, as a clock and as a bar.

/** `2:59`; never negative. Rounded up, so that it says 0:00 only when the time is over. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export interface Bar {
  readonly left: string
  readonly gone: string
}

/** `columns` characters in all, the part that is left before the part that is gone. */
export function countdownBar(leftMs: number, totalMs: number, columns: number): Bar {
  const share = totalMs <= 0 ? 0 : Math.min(1, Math.max(0, leftMs / totalMs))
  const filled = Math.round(share * columns)
  return { left: '━'.repeat(filled), gone: '╌'.repeat(columns - filled) }
}

/** ms until the clock shows another second, so that it is redrawn exactly then. */
export function untilNextTick(leftMs: number): number {
  const past = leftMs % 1000
  return past <= 0 ? 1000 : past
}
