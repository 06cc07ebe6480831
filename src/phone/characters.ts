/**
 * The characters that numbers are written with, brought down to `0-9 + ( ) . - /` and the space. Whatever is none of
 * these stays as it is, so that the reader can name it.
 */
const PLUS = new Set(['+', '＋', '﹢', '⁺', '➕'])
const OPEN = new Set(['(', '（', '﹙', '⁽', '[', '［'])
const CLOSE = new Set([')', '）', '﹚', '⁾', ']', '］'])
const DOT = new Set(['.', '．', '。', '・', '·', '‧', '∙'])
const SLASH = new Set(['/', '／', '⁄', '∕'])
const AT = new Set(['@', '＠', '﹫'])
const COLON = new Set([':', '：', '﹕'])
// Signs that stand for a dash but are not in Unicode's dash class: the minus, the Japanese long sound mark, tildes.
const DASH = new Set(['−', 'ー', 'ｰ', '~', '～'])
// Bidi and zero-width controls are class Cf. The other two turn digits into keycap emoji.
const INVISIBLE = /^(?:\p{Cf}|\u{FE0F}|\u{20E3})$/u
const SPACE = /^[\p{Z}\s\u{85}]$/u
const DIGIT = /^\p{Nd}$/u

/**
 * The value of a decimal digit of any script. Unicode encodes each script's ten digits in a row from zero, and rows
 * that touch (the mathematical digits) start at a multiple of ten from the first (Unicode core specification, 4.6).
 */
function digitValue(char: string): string {
  const code = char.codePointAt(0) ?? 0
  let first = code
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1
  return String((code - first) % 10)
}

function foldCharacter(char: string): string {
  if ((char >= '0' && char <= '9') || char === ' ' || char === '-') return char
  if (PLUS.has(char)) return '+'
  if (INVISIBLE.test(char)) return ''
  if (DIGIT.test(char)) return digitValue(char)
  if (SPACE.test(char)) return ' '
  if (DASH.has(char) || /^\p{Pd}$/u.test(char)) return '-'
  if (OPEN.has(char)) return '('
  if (CLOSE.has(char)) return ')'
  if (DOT.has(char)) return '.'
  if (SLASH.has(char)) return '/'
  if (AT.has(char)) return '@'
  if (COLON.has(char)) return ':'
  return char
}

export function foldCharacters(text: string): string {
  let folded = ''
  for (const char of text) folded += foldCharacter(char)
  return folded
}
