// Runs every combination of some stages, and holds what happened against docs/fault-matrix.md.
//   UPDATE_FAULT_MATRIX=1 npx vitest run --no-file-parallelism test/conformance/linking/fault-matrix    writes the document
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Section, sectionOf, titleOf } from './document.ts'
import { COMBINATIONS } from './faults.ts'
import { type QuietWatch, watchQuiet } from './quiet.ts'
import { type Course, runCourse } from './run.ts'

const DOCUMENT = fileURLToPath(new URL('../../../../docs/fault-matrix.md', import.meta.url))
const UPDATES = process.env['UPDATE_FAULT_MATRIX'] === '1'
const LIMIT_MS = 120_000

export function checkSections(sections: readonly Section[]): void {
  let watch: QuietWatch
  const found = new Map<Section, { readonly fault: string; readonly course: Course }[]>()

  beforeAll(async () => {
    // Loads all that a link and a login need: modules that load are no sign of life, and time must not move meanwhile.
    const real = watchQuiet()
    await runCourse({ at: 'login', fault: 'none', set: () => {} }, 1, real)
    real.stop()
    watch = watchQuiet()
  }, LIMIT_MS)

  afterAll(() => watch?.stop())

  for (const section of sections) {
    describe(`at ${section}`, () => {
      const rows = COMBINATIONS.filter(({ at }) => at === section)
      found.set(section, [])

      it.each(rows)('$fault: comes to an end that is told', { timeout: LIMIT_MS }, async (combination) => {
        // Delays with jitter, and the times of pings.
        vi.spyOn(Math, 'random').mockReturnValue(0.5)
        const course = await runCourse(combination, 1, watch)
        found.get(section)?.push({ fault: combination.fault, course })
        const last = course.told.at(-1)?.event.type
        expect(['paired', 'online', 'failed']).toContain(last)
      })

      it('is what docs/fault-matrix.md says (UPDATE_FAULT_MATRIX=1 writes it)', () => {
        const text = sectionOf(section, found.get(section) ?? [])
        if (UPDATES) writeFileSync(DOCUMENT, replaced(readFileSync(DOCUMENT, 'utf8'), section, text))
        expect(present(readFileSync(DOCUMENT, 'utf8'), section)).toBe(text)
      })
    })
  }
}

/** From its heading to the next, or to the end. */
function placeOf(document: string, section: Section): readonly [number, number] | undefined {
  const from = document.indexOf(`${titleOf(section)}\n`)
  if (from === -1) return undefined
  const next = document.indexOf('\n## ', from)
  return [from, next === -1 ? document.length : next + 1]
}

function present(document: string, section: Section): string | undefined {
  const place = placeOf(document, section)
  return place === undefined ? undefined : `${document.slice(...place).trimEnd()}\n`
}

function replaced(document: string, section: Section, text: string): string {
  const place = placeOf(document, section)
  if (place === undefined) return `${document.trimEnd()}\n\n${text}`
  const [from, to] = place
  return `${document.slice(0, from)}${text}${to === document.length ? '' : '\n'}${document.slice(to)}`
}
