import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { type Canvas, linkPicture } from '../../../src/cli/link/picture.ts'
import { OPENING, type Scene } from '../../../src/cli/link/scene.ts'
import { qrPicture } from '../../../src/cli/terminal/qr-picture.ts'
import { widest } from '../support/terminal-buffer.ts'

const NOW = Date.UTC(2026, 0, 1)
const DATA = `https://wa.me/settings/linked_devices#${'r'.repeat(90)},${`${'k'.repeat(43)}=,`.repeat(3)}1`
const CODE: Scene = {
  ...OPENING,
  status: 'Waiting for the phone …',
  code: { text: 'ABCD-EFGH', expiresAtMs: NOW + 161_000, lifeMs: 180_000 },
}
const QR: Scene = { ...OPENING, status: 'Waiting for the scan …', qr: { data: DATA } }

const canvas = (columns: number, rows: number, now = NOW): Canvas => ({
  columns,
  rows,
  now,
  paint: pc.createColors(false),
  drawQr: (data) => qrPicture(data, false),
})

describe('the picture of a code', () => {
  const lines = linkPicture(CODE, canvas(80, 30))
  const text = lines.join('\n')

  it('has it large, and once more to copy', () => {
    expect(text).toContain('▄▀▀▀▄  █▀▀▀▄')
    expect(text.split('ABCD-EFGH')).toHaveLength(2)
  })

  it('has the time that is left', () => {
    expect(text).toContain('valid for 2:41')
    expect(text).toMatch(/━+╌+/)
  })

  it('has the steps, numbered, and the warning', () => {
    for (const words of [' 1. Open WhatsApp', ' 5. Type these 8 characters', 'Link with phone number instead', 'stop.'])
      expect(text).toContain(words)
  })

  it('stands in the middle', () => {
    const art = lines.find((line) => line.includes('▄▀▀▀▄  █▀▀▀▄')) ?? ''
    expect(art.length - art.trimStart().length).toBeGreaterThan(5)
  })

  it('changes with the time and only there', () => {
    const later = linkPicture(CODE, canvas(80, 30, NOW + 1_000))
    expect(later.filter((line, at) => line !== lines[at])).toEqual([expect.stringContaining('valid for 2:40')])
  })
})

describe('whatever the window', () => {
  const scenes: readonly (readonly [string, Scene])[] = [
    ['a code', CODE],
    ['a QR code', QR],
    ['both', { ...CODE, qr: { data: DATA } }],
    ['a wait', { ...OPENING, status: 'Waiting before the next try', resumesAtMs: NOW + 5_000 }],
    ['a hint', { ...CODE, typedHere: true }],
  ]
  const sizes = [200, 80, 66, 60, 40, 20, 10].flatMap((columns) =>
    [60, 40, 24, 12, 5, 2].map((rows) => [columns, rows]),
  )

  it.each(scenes)('%s fits', (_what, scene) => {
    for (const [columns = 0, rows = 0] of sizes) {
      const lines = linkPicture(scene, canvas(columns, rows))
      expect(lines.length, `${columns} × ${rows}`).toBeLessThan(Math.max(2, rows))
      if (columns >= 20) expect(widest(lines), `${columns} × ${rows}`).toBeLessThanOrEqual(columns)
    }
  })

  it.each([
    [80, 24],
    [40, 24],
    [40, 12],
    [24, 5],
    [20, 4],
  ])('the code can be read at %i × %i', (columns, rows) => {
    expect(linkPicture(CODE, canvas(columns, rows)).join('\n')).toMatch(/ABCD-EFGH|A B C D - E F G H/)
  })

  it('at 40 columns the code is spaced, and the steps are there', () => {
    const text = linkPicture(CODE, canvas(40, 24)).join('\n')
    expect(text).toContain('A B C D - E F G H')
    expect(text).toContain('Link with phone number')
  })
})

describe('the picture of a QR code', () => {
  it('comes with its steps where there is room', () => {
    const text = linkPicture(QR, canvas(80, 50)).join('\n')
    expect(text).toContain('█▀▀▀')
    expect(text).toContain('Point the camera')
  })

  it('comes with one line where there is little', () => {
    expect(linkPicture(QR, canvas(80, 38)).join('\n')).toContain('Scan it:')
  })

  it('says which window it needs where there is none', () => {
    const text = linkPicture(QR, canvas(80, 24)).join(' ')
    expect(text).toMatch(/needs a window of \d+ columns and \d+ rows; this one has 80 and 24/)
    expect(text).not.toContain('▀▀')
  })

  it('beside a code the code comes first', () => {
    const both: Scene = { ...CODE, qr: { data: DATA } }
    expect(linkPicture(both, canvas(80, 24)).join('\n')).toContain('ABCD-EFGH')
    const tall = linkPicture(both, canvas(80, 70)).join('\n')
    expect(tall).toContain('ABCD-EFGH')
    expect(tall.split('\n').length).toBeGreaterThan(45)
  })
})

describe('other pictures', () => {
  it('a wait counts down', () => {
    const scene = { ...OPENING, status: 'Waiting before the next try', resumesAtMs: NOW + 5_000 }
    expect(linkPicture(scene, canvas(80, 24))).toEqual(['Waiting before the next try: 0:05'])
  })

  it('somebody who types here is told where to type', () => {
    expect(linkPicture({ ...CODE, typedHere: true }, canvas(80, 30)).at(-1)).toBe(
      'Type the code on the phone, not here.',
    )
  })
})
