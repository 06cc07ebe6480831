import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LinkRow, Write } from '../../src/store/backend.ts'
import {
  ARCHIVE_MS,
  adopt,
  archivedOf,
  confirm,
  listedOf,
  liveOf,
  remove,
  replace,
  restore,
  retire,
  stateOf,
  withdraw,
} from '../../src/store/life-cycle.ts'

const NOW = 1_767_225_600_000

function fresh(link: number, createdAt = NOW): LinkRow {
  return {
    link,
    session: 'sales',
    listed: true,
    confirmed: false,
    ended: null,
    kept: true,
    createdAt,
    lastOnlineAt: null,
    archivedAt: null,
    replaced: null,
    details: Buffer.of(link),
  }
}

/** What a database does with writes, for links alone. */
function applied(links: readonly LinkRow[], writes: readonly Write[]): readonly LinkRow[] {
  let rows = links
  for (const write of writes) {
    if (write.type === 'drop-link') rows = rows.filter(({ link }) => link !== write.link)
    if (write.type === 'put-link') rows = [...rows.filter(({ link }) => link !== write.row.link), write.row]
    expect(rows.filter(({ listed }) => listed).length).toBeLessThanOrEqual(1)
  }
  return rows
}

function purged(links: readonly LinkRow[], now: number): readonly LinkRow[] {
  return links
    .filter((row) => row.listed || row.archivedAt === null || row.archivedAt > now - ARCHIVE_MS)
    .map((row) =>
      row.archivedAt !== null && row.archivedAt <= now - ARCHIVE_MS ? { ...row, kept: false, archivedAt: null } : row,
    )
}

describe('the life of a session', () => {
  it('begins unconfirmed, and is linked once a login was seen', () => {
    const links = applied([], replace([], fresh(1), NOW))
    expect(stateOf(links[0] as LinkRow)).toBe('unconfirmed')
    const seen = applied(links, confirm(links, 'sales', NOW + 5))
    expect(seen).toMatchObject([{ confirmed: true, lastOnlineAt: NOW + 5 }])
    expect(stateOf(seen[0] as LinkRow)).toBe('linked')
  })

  it('goes to the archive when it is replaced, and comes back whole when that is withdrawn', () => {
    const before = applied([fresh(1)], confirm([fresh(1)], 'sales', NOW))
    const after = applied(before, replace(before, fresh(2), NOW + 1))
    expect(liveOf(after)?.link).toBe(2)
    expect(archivedOf(after, NOW + 1)).toMatchObject([{ link: 1, archivedAt: NOW + 1 }])
    expect(applied(after, withdraw(after, 'sales'))).toEqual(before)
  })

  it('stays listed as logged-out or bad-session, with its credentials in the archive', () => {
    for (const ended of ['logged-out', 'bad-session'] as const) {
      const links = applied([fresh(1)], retire([fresh(1)], 'sales', ended, NOW))
      expect(stateOf(listedOf(links) as LinkRow)).toBe(ended)
      expect(liveOf(links)).toBeUndefined()
      expect(archivedOf(links, NOW)).toHaveLength(1)
    }
  })

  it('can be linked again after it ended; a withdrawal brings the ended one back', () => {
    const ended = applied([fresh(1)], retire([fresh(1)], 'sales', 'logged-out', NOW))
    const again = applied(ended, replace(ended, fresh(2), NOW + 1))
    expect(stateOf(listedOf(again) as LinkRow)).toBe('unconfirmed')
    expect(archivedOf(again, NOW + 1)).toMatchObject([{ link: 1, archivedAt: NOW }])
    expect(applied(again, withdraw(again, 'sales'))).toEqual(ended)
  })

  it('lets a withdrawal bring an ended link back even after its credentials are gone', () => {
    const ended = purged(applied([fresh(1)], retire([fresh(1)], 'sales', 'logged-out', NOW)), NOW + ARCHIVE_MS)
    expect(ended).toMatchObject([{ listed: true, kept: false, archivedAt: null }])
    const again = applied(ended, replace(ended, fresh(2), NOW + ARCHIVE_MS))
    expect(archivedOf(again, NOW + ARCHIVE_MS)).toEqual([])
    expect(applied(again, withdraw(again, 'sales'))).toEqual(ended)
  })

  it('cannot be withdrawn once a login was seen', () => {
    const links = applied([fresh(1)], confirm([fresh(1)], 'sales', NOW))
    expect(() => withdraw(links, 'sales')).toThrow(expect.objectContaining({ code: 'store-error' }))
  })

  it('comes back from the archive as it was', () => {
    const linked = applied([fresh(1)], confirm([fresh(1)], 'sales', NOW))
    const removed = applied(linked, remove(linked, 'sales', NOW))
    expect(listedOf(removed)).toBeUndefined()
    expect(applied(removed, restore(removed, 'sales', NOW + 1))).toEqual(linked)
    const retired = applied(linked, retire(linked, 'sales', 'logged-out', NOW))
    expect(applied(retired, restore(retired, 'sales', NOW + 1))).toEqual(linked)
  })

  it('restores the newest of several', () => {
    let links: readonly LinkRow[] = [fresh(1)]
    links = applied(links, replace(links, fresh(2, NOW + 1), NOW + 1))
    links = applied(links, replace(links, fresh(3, NOW + 2), NOW + 2))
    links = applied(links, remove(links, 'sales', NOW + 3))
    links = applied(links, restore(links, 'sales', NOW + 4))
    expect(liveOf(links)?.link).toBe(3)
    expect(archivedOf(links, NOW + 4).map(({ link }) => link)).toEqual([2, 1])
  })

  it('is never restored over live credentials', () => {
    const links = applied([fresh(1)], replace([fresh(1)], fresh(2), NOW))
    expect(() => restore(links, 'sales', NOW)).toThrow(expect.objectContaining({ code: 'store-error' }))
  })

  it('is adopted from elsewhere by a free name alone, where it counts as any other', () => {
    const adopted = applied([], adopt([], { ...fresh(1), confirmed: true }, NOW))
    expect(adopted.map(stateOf)).toEqual(['linked'])
    expect(() => adopt(adopted, fresh(2), NOW)).toThrow(/live credentials: nothing was imported/)
    const ended = applied(adopted, retire(adopted, 'sales', 'logged-out', NOW))
    const again = applied(ended, adopt(ended, fresh(2), NOW + 1))
    expect(listedOf(again)?.link).toBe(2)
    expect(archivedOf(again, NOW + 2).map(({ link }) => link)).toEqual([1])
  })

  it('cannot be restored after 7 days', () => {
    const removed = applied([fresh(1)], remove([fresh(1)], 'sales', NOW))
    expect(archivedOf(removed, NOW + ARCHIVE_MS - 1)).toHaveLength(1)
    expect(() => restore(removed, 'sales', NOW + ARCHIVE_MS)).toThrow(expect.objectContaining({ code: 'not-linked' }))
  })

  it('has to exist for all that happens to it', () => {
    for (const attempt of [
      () => confirm([], 'sales', NOW),
      () => withdraw([], 'sales'),
      () => retire([], 'sales', 'logged-out', NOW),
      () => remove([], 'sales', NOW),
      () => restore([], 'sales', NOW),
    ])
      expect(attempt).toThrow(expect.objectContaining({ code: 'not-linked' }))
  })

  it('lists one link at most, and loses no credentials, whatever happens in whichever order', () => {
    const step = fc.record({
      what: fc.constantFrom('link', 'confirm', 'withdraw', 'logged-out', 'bad-session', 'remove', 'restore', 'purge'),
      afterMs: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 4 * 24 * 3_600_000 })),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let [links, now, next]: [readonly LinkRow[], number, number] = [[], NOW, 1]
        for (const { what, afterMs } of steps) {
          now += afterMs
          const before = links
          links = done(links, what, now, next++)
          for (const row of before) {
            const stays = links.some(({ link, kept }) => link === row.link && kept)
            const expired = row.archivedAt !== null && now - row.archivedAt >= ARCHIVE_MS
            if (row.kept && !expired && !(what === 'withdraw' && row.listed)) expect(stays).toBe(true)
          }
          for (const row of links) expect(row.listed || row.archivedAt !== null).toBe(true)
          for (const row of links.filter(({ kept }) => !kept)) expect(stateOf(row)).toMatch(/logged-out|bad-session/)
        }
      }),
      { numRuns: 500 },
    )
  })
})

function done(links: readonly LinkRow[], what: string, now: number, next: number): readonly LinkRow[] {
  try {
    switch (what) {
      case 'link':
        return applied(links, replace(links, fresh(next, now), now))
      case 'confirm':
        return applied(links, confirm(links, 'sales', now))
      case 'withdraw':
        return applied(links, withdraw(links, 'sales'))
      case 'remove':
        return applied(links, remove(links, 'sales', now))
      case 'restore':
        return applied(links, restore(links, 'sales', now))
      case 'purge':
        return purged(links, now)
      default:
        return applied(links, retire(links, 'sales', what as 'logged-out', now))
    }
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: 'StoreError' })
    return links
  }
}
