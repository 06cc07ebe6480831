// Pure. A scene as lines that fit the window: the largest arrangement that does.
import { instructions, WORDINGS } from '../../instructions/instructions.ts'
import { codeArt, spacedCode } from '../terminal/code-art.ts'
import { clockOf, countdownBar } from '../terminal/countdown.ts'
import type { QrPicture } from '../terminal/qr-picture.ts'
import type { Paint } from '../terminal/screen.ts'
import { centred, clip, textWidth, wrap } from '../terminal/text-width.ts'
import type { Scene } from './scene.ts'

export interface Canvas {
  readonly columns: number
  readonly rows: number
  readonly paint: Paint
  /** ms since the epoch. */
  readonly now: number
  readonly drawQr: (data: string) => QrPicture
}

/** Wider text is hard to read. */
const TEXT_COLUMNS = 80
const BAR_COLUMNS = 30
const HURRY_MS = 30_000

/** No line wider than the canvas, and fewer lines than it has rows. */
export function linkPicture(scene: Scene, canvas: Canvas): readonly string[] {
  const arrangements = scene.code === undefined ? withoutCode(scene, canvas) : withCode(scene, scene.code, canvas)
  const fitting = arrangements.find((lines) => fits(lines, canvas))
  return (fitting ?? arrangements.at(-1) ?? []).slice(0, Math.max(1, canvas.rows - 1))
}

function fits(lines: readonly string[], { columns, rows }: Canvas): boolean {
  return lines.length < rows && lines.every((line) => textWidth(line) <= columns)
}

function withoutCode(scene: Scene, canvas: Canvas): readonly (readonly string[])[] {
  const status = statusLines(scene, canvas)
  if (scene.qr === undefined) return [status]
  const picture = canvas.drawQr(scene.qr.data)
  return [
    ['', ...picture.lines, '', ...qrSteps(canvas), '', ...status],
    [...picture.lines, ...qrHint(canvas), ...status],
    [...picture.lines, ...status],
    ['', ...enlarge(picture, canvas), '', ...status],
  ]
}

function withCode(scene: Scene, code: NonNullable<Scene['code']>, canvas: Canvas): readonly (readonly string[])[] {
  const steps = codeSteps(code.text, canvas)
  const status = statusLines(scene, canvas)
  const clock = centredIn(canvas, [countdown(code, canvas)])
  const large = centredIn(canvas, (codeArt(code.text) ?? [spacedCode(code.text)]).map(canvas.paint.bold))
  const small = centredIn(canvas, [canvas.paint.bold(spacedCode(code.text))])
  const picture = scene.qr === undefined ? undefined : canvas.drawQr(scene.qr.data)
  const note = picture === undefined ? [] : ['', ...enlarge(picture, canvas)]
  const both =
    picture === undefined ? [] : [['', ...large, '', ...clock, '', ...steps, '', ...picture.lines, '', ...status]]
  return [
    ...both,
    ['', ...large, '', ...clock, '', ...steps, ...note, '', ...status],
    ['', ...small, '', ...clock, '', ...steps, '', ...status],
    [...small, ...clock, ...steps, ...status],
    [...small, ...clock, ...status],
    [canvas.paint.bold(code.text), ...status],
  ]
}

function centredIn({ columns }: Canvas, lines: readonly string[]): readonly string[] {
  return centred(lines, Math.min(columns, TEXT_COLUMNS))
}

function countdown({ expiresAtMs, lifeMs }: NonNullable<Scene['code']>, { columns, paint, now }: Canvas): string {
  const left = expiresAtMs - now
  const label = `valid for ${clockOf(left)}`
  const bar = countdownBar(left, lifeMs, Math.min(BAR_COLUMNS, Math.max(4, columns - label.length - 4)))
  const colour = left <= HURRY_MS ? paint.yellow : paint.green
  return `${label}  ${colour(bar.left)}${paint.dim(bar.gone)}`
}

/** The taps numbered; the other way and the warning below them. */
function codeSteps(code: string, { columns, paint }: Canvas): readonly string[] {
  const width = Math.min(columns, TEXT_COLUMNS)
  const steps = instructions({ code })
  const taps = steps.slice(0, -2).flatMap((step, at) => wrap(` ${at + 1}. ${step}`, width, '    '))
  const rest = steps.slice(-2).flatMap((step) => wrap(`    ${step}`, width, '    '))
  return [...taps, ...rest.map(paint.dim)]
}

function qrSteps({ columns }: Canvas): readonly string[] {
  const { menu, openLinkedDevices, tapLinkDevice } = WORDINGS.en
  const steps = [
    'Open WhatsApp on the phone.',
    openLinkedDevices.either(menu),
    tapLinkDevice(menu),
    'Point the camera at this picture. It changes by itself every 20 seconds.',
  ]
  return steps.flatMap((step, at) => wrap(` ${at + 1}. ${step}`, Math.min(columns, TEXT_COLUMNS), '    '))
}

function qrHint({ columns }: Canvas): readonly string[] {
  const { linkedDevices, linkDevice, settings } = WORDINGS.en.menu
  return wrap(
    `Scan it: ⋮ or “${settings}”, then “${linkedDevices}”, then “${linkDevice}”.`,
    Math.min(columns, TEXT_COLUMNS),
  )
}

function enlarge(picture: QrPicture, { columns, rows }: Canvas): readonly string[] {
  const text =
    `The QR code needs a window of ${picture.columns} columns and ${picture.rows + 3} rows; this one has ${columns} and ` +
    `${rows}. Make it larger, or the letters smaller (Ctrl and minus).`
  return wrap(text, Math.min(columns, TEXT_COLUMNS))
}

function statusLines(scene: Scene, { columns, paint, now }: Canvas): readonly string[] {
  const { status, resumesAtMs, typedHere } = scene
  const text = resumesAtMs === undefined ? status : `${status}: ${clockOf(resumesAtMs - now)}`
  const lines = wrap(text, Math.min(columns, TEXT_COLUMNS)).map((line) => clip(line, columns))
  return typedHere ? [...lines, paint.yellow(clip('Type the code on the phone, not here.', columns))] : lines
}
