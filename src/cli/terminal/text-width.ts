// Pure. How wide text is on a terminal, and how it is broken to fit. Text comes without colours, unless it says otherwise.
import { stripVTControlCharacters } from 'node:util'

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** East Asian wide and full-width forms (Unicode UAX #11), and pictures. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
/** Marks that stand on the letter before, and characters without a picture. */
const NARROWEST = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u

/** In terminal columns; colours count nothing. */
export function textWidth(text: string): number {
  const plain = stripVTControlCharacters(text)
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length
  let width = 0
  for (const { segment } of segmenter.segment(plain)) width += graphemeWidth(segment)
  return width
}

function graphemeWidth(segment: string): number {
  if (NARROWEST.test(segment)) return 0
  return WIDE.test(segment) ? 2 : 1
}

/** The beginning of a text, ending in `…` where something was left out. */
export function clip(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  if (columns < 1) return ''
  let clipped = ''
  for (const { segment } of segmenter.segment(text)) {
    if (textWidth(clipped + segment) > columns - 1) break
    clipped += segment
  }
  return `${clipped}…`
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)))
}

/** Every line indented, so that the whole stands in the middle. */
export function centred(lines: readonly string[], columns: number): readonly string[] {
  const widest = Math.max(0, ...lines.map(textWidth))
  const indent = ' '.repeat(Math.max(0, Math.floor((columns - widest) / 2)))
  return lines.map((line) => (line === '' ? '' : indent + line))
}

/**
 * Broken between words into lines of at most `columns`; a longer word is broken within. Runs of spaces stay, for columns.
 * `indent` stands before each line but the first, which has it in the text already (` 1. Open …`).
 */
export function wrap(text: string, columns: number, indent = ''): readonly string[] {
  const room = Math.max(8, columns)
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/\s*\S+/g) ?? []) {
    if (textWidth(line + word) <= room) line += word
    else {
      if (line.trim() !== '') lines.push(line)
      line = breakWord(line === '' ? word : indent + word.trimStart(), room, indent, lines)
    }
  }
  return [...lines, line]
}

/** Pushes full lines of a word that is too long; what is left begins the next line. */
function breakWord(word: string, room: number, indent: string, lines: string[]): string {
  let rest = word
  while (textWidth(rest) > room) {
    const head = headOf(rest, room)
    lines.push(head)
    rest = indent + rest.slice(head.length)
  }
  return rest
}

function headOf(text: string, columns: number): string {
  let head = ''
  for (const { segment } of segmenter.segment(text)) {
    if (head !== '' && textWidth(head + segment) > columns) break
    head += segment
  }
  return head
}
