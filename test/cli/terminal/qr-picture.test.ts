import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { qrPicture } from '../../../src/cli/terminal/qr-picture.ts'
import { textWidth } from '../../../src/cli/terminal/text-width.ts'

/** As long as WhatsApp's: a prefix, a ref and three keys in base64. */
const DATA = `https://wa.me/settings/linked_devices#${'r'.repeat(90)},${`${'k'.repeat(43)}=,`.repeat(3)}1`

/** True where the screen is dark: the background shows. */
function modulesOf(lines: readonly string[]): readonly (readonly boolean[])[] {
  return lines.flatMap((line) => [
    [...line].map((cell) => cell === ' ' || cell === '▄'),
    [...line].map((cell) => cell === ' ' || cell === '▀'),
  ])
}

describe('the QR picture', () => {
  it('shows dark exactly the modules that are dark, with two light ones around', () => {
    const { lines } = qrPicture(DATA, false)
    const { data, size } = encode(DATA, { ecc: 'L', border: 2 })
    expect(modulesOf(lines).slice(0, size)).toEqual(data)
    expect(data[0]?.every((dark) => !dark) && data[1]?.every((dark) => !dark)).toBe(true)
  })

  it('says how large it is', () => {
    const { lines, columns, rows } = qrPicture(DATA, false)
    expect(rows).toBe(lines.length)
    expect(lines.map(textWidth)).toEqual(lines.map(() => columns))
    expect(columns).toBeLessThanOrEqual(80)
  })

  it('sets its own colours, so that it is right on light screens too', () => {
    const { lines } = qrPicture(DATA, true)
    for (const line of lines) {
      expect(line.startsWith('\u001b[97;40m')).toBe(true)
      expect(line.endsWith('\u001b[0m')).toBe(true)
    }
  })
})
