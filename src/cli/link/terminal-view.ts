// A link as people see it: a picture that is redrawn in place, and above it the sentences that stay.
import type { Clock } from '../../lib/clock.ts'
import type { LinkEvent } from '../../linking/events.ts'
import type { TerminalPrinter } from '../printing/printer.ts'
import { untilNextTick } from '../terminal/countdown.ts'
import { type KeyInput, readKeys } from '../terminal/keys.ts'
import { createLiveRegion } from '../terminal/live-region.ts'
import type { QrPicture } from '../terminal/qr-picture.ts'
import { expiredText, retryText } from './event-words.ts'
import { type Canvas, linkPicture } from './picture.ts'
import { OPENING, type Scene, sceneAfter, typedInto } from './scene.ts'
import type { LinkView } from './view.ts'

export interface LinkTerminalOptions {
  readonly printer: TerminalPrinter
  readonly clock: Clock
  readonly keys: KeyInput
  readonly drawQr: (data: string) => QrPicture
  readonly onInterrupt: () => void
  /** The person asked for the next code. */
  readonly onRefresh: () => void
}

export function terminalLinkView(options: LinkTerminalOptions): LinkView {
  return options.printer.screen.movable ? liveView(options) : plainView(options)
}

function liveView({ printer, clock, keys, drawQr, onInterrupt, onRefresh }: LinkTerminalOptions): LinkView {
  const { screen } = printer
  const region = createLiveRegion(screen)
  let scene: Scene = OPENING
  let tick: unknown
  let closed = false

  const canvas = (): Canvas => ({
    columns: screen.columns,
    rows: screen.rows,
    paint: screen.paint,
    now: clock.now(),
    drawQr,
  })

  const draw = (): void => {
    if (closed) return
    region.draw(linkPicture(scene, canvas()))
    clock.clearTimeout(tick)
    const endsAt = scene.code?.expiresAtMs ?? scene.resumesAtMs
    const leftMs = endsAt === undefined ? 0 : endsAt - clock.now()
    if (leftMs > 0) tick = clock.setTimeout(draw, untilNextTick(leftMs))
  }

  /** A sentence that stays, above the picture. */
  const keep = (text: string): void => {
    region.clear()
    printer.say(text, 'step')
  }

  const stopKeys = readKeys(keys, (key) => {
    if (key === 'interrupt') return onInterrupt()
    if (key === 'enter' && scene.asksForEnter) return onRefresh()
    scene = typedInto(scene)
    draw()
  })
  const stopResize = screen.onResize(draw)
  draw()

  return {
    show(event) {
      const text = lastingText(event)
      if (text !== '') keep(text)
      scene = sceneAfter(scene, event, clock.now())
      draw()
    },
    close() {
      if (closed) return
      closed = true
      clock.clearTimeout(tick)
      stopResize()
      stopKeys()
      region.clear()
    },
  }
}

function lastingText(event: LinkEvent): string {
  if (event.type === 'code-expired') return expiredText(event)
  return event.type === 'retrying' ? retryText(event) : ''
}

/** Where nothing can be redrawn: each scene is printed once, and says until when it holds. */
function plainView({ printer, clock, drawQr }: LinkTerminalOptions): LinkView {
  const { screen } = printer
  let scene: Scene = OPENING
  return {
    show(event) {
      const text = lastingText(event)
      if (text !== '') printer.say(text, 'step')
      scene = sceneAfter(scene, event, clock.now())
      const canvas: Canvas = { columns: screen.columns, rows: 1000, paint: screen.paint, now: clock.now(), drawQr }
      const lines = linkPicture(scene, canvas)
      if (lines.some((line) => line !== '')) screen.write(`${lines.join('\n')}\n`)
    },
    close() {},
  }
}
