import { describe, expect, it } from 'vitest'
import { asStoreError } from '../../../src/store/sqlite/failure.ts'
import { whenUnlocked } from '../../../src/store/sqlite/lock.ts'

function sqliteError(rawCode: number, message = 'refused'): Error {
  return Object.assign(new Error(message), { rawCode })
}

describe('waiting for a lock', () => {
  it('tries again while another process is in the way', async () => {
    let attempts = 0
    const result = await whenUnlocked(() => {
      attempts++
      if (attempts < 4) throw sqliteError(attempts % 2 === 0 ? 5 : 261) // SQLITE_BUSY, SQLITE_BUSY_RECOVERY
      return 'done'
    })
    expect(result).toBe('done')
    expect(attempts).toBe(4)
  })

  it('ends with a name when patience does', async () => {
    await expect(
      whenUnlocked(() => {
        throw sqliteError(5, 'database is locked')
      }, 30),
    ).rejects.toMatchObject({ code: 'store-error', advice: expect.stringContaining('keeps the database locked') })
  })

  it('does not repeat what fails for another reason', async () => {
    let attempts = 0
    await expect(
      whenUnlocked(() => {
        attempts++
        throw sqliteError(13)
      }),
    ).rejects.toMatchObject({ code: 'store-error' })
    expect(attempts).toBe(1)
  })
})

describe('what SQLite throws', () => {
  it('becomes a StoreError with what to do, and keeps its cause', () => {
    for (const [code, word] of [
      [5, 'locked'],
      [8, 'read-only'],
      [10, 'disk'],
      [11, 'backup'],
      [13, 'full'],
      [14, 'may read and write'],
      [2570, 'disk'], // SQLITE_IOERR_BLOCKED: the primary code is in the low byte
    ] as const) {
      const cause = sqliteError(code)
      const error = asStoreError(cause)
      expect(error).toMatchObject({ code: 'store-error', cause })
      expect(error.advice).toContain(word)
    }
    expect(asStoreError(sqliteError(26))).toMatchObject({ code: 'not-a-store' })
    expect(asStoreError('a bare string')).toMatchObject({ code: 'store-error', message: 'SQLite: a bare string' })
    expect(
      asStoreError(new Error('ConnectionFailed("Unable to open connection to local database x: 14")')).advice,
    ).toContain('cannot be opened')
  })
})
