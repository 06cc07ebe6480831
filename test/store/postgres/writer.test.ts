import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/errors.ts'
import { ConnectionLost } from '../../../src/store/postgres/failure.ts'
import { type Job, type JobOutcome, Undecided } from '../../../src/store/postgres/transaction.ts'
import { createWriter, type Writer } from '../../../src/store/postgres/writer.ts'

const HASTY = { connectMs: 100, answerMs: 100, patienceMs: 200, askMs: 200 }

const job = (result: unknown, rows = 1): Job<unknown> => ({
  type: 'commit',
  writes: Array.from({ length: rows }, () => ({ type: 'drop-link', link: 1 })),
  result,
})

/** A writer over transactions that go as the test says; every group that was tried is kept. */
function writerOver(
  run: (results: readonly unknown[], attempt: number) => 'done' | Error | 'undecided',
  committed: () => boolean | Error = () => false,
): { readonly writer: Writer; readonly groups: (readonly unknown[])[]; asked: number } {
  const groups: (readonly unknown[])[] = []
  const state = {
    groups,
    asked: 0,
    writer: createWriter(
      {
        run: async (jobs) => {
          const results = jobs.map((one) => (one.type === 'commit' ? one.result : undefined))
          groups.push(results)
          const outcomes = results.map((result): JobOutcome => ({ result }))
          const went = run(results, groups.length)
          if (went === 'done') return outcomes
          throw went === 'undecided' ? new Undecided(groups.length, outcomes, new ConnectionLost('cut')) : went
        },
        wasCommitted: async () => {
          state.asked++
          const answer = committed()
          if (answer instanceof Error) throw answer
          return answer
        },
      },
      HASTY,
    ),
  }
  return state
}

const said = (code: string): Error => Object.assign(new Error('said'), { code, severity: 'ERROR' })

describe('group commit in PostgreSQL', () => {
  it('writes what comes in one turn with one transaction, in the order of the calls', async () => {
    const { writer, groups } = writerOver(() => 'done')
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => writer.write(job(index))))
    expect(results).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(groups).toEqual([results])
  })

  it('begins another transaction when one is large enough', async () => {
    const { writer, groups } = writerOver(() => 'done')
    await Promise.all(['a', 'b', 'c'].map((name) => writer.write(job(name, 1_500))))
    expect(groups).toEqual([['a', 'b'], ['c']])
  })

  it('tries again after what passes, and tells everyone when it does not', async () => {
    const passing = writerOver((_, attempt) => (attempt < 3 ? said('40P01') : 'done'))
    expect(await passing.writer.write(job('a'))).toBe('a')
    expect(passing.groups).toHaveLength(3)
    const full = writerOver(() => said('53100'))
    const outcomes = await Promise.allSettled([full.writer.write(job('a')), full.writer.write(job('b'))])
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store-error' } })
    expect(full.groups).toHaveLength(1)
    const lasting = writerOver(() => said('40001'))
    await expect(lasting.writer.write(job('a'))).rejects.toBeInstanceOf(StoreError)
    expect(lasting.groups.length).toBeGreaterThan(2)
  })

  it('lets each job try by itself when one of them is at fault', async () => {
    const { writer, groups } = writerOver((results) => (results.includes('bad') ? said('23505') : 'done'))
    const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map((name) => writer.write(job(name))))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(groups).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
  })

  it('asks what became of a commit whose answer was lost, and does it again only when it was not done', async () => {
    const done = writerOver(
      () => 'undecided',
      () => true,
    )
    expect(await done.writer.write(job('a'))).toBe('a')
    expect([done.groups.length, done.asked]).toEqual([1, 1])
    const undone = writerOver((_, attempt) => (attempt === 1 ? 'undecided' : 'done'))
    expect(await undone.writer.write(job('a'))).toBe('a')
    expect([undone.groups.length, undone.asked]).toEqual([2, 1])
  })

  it('says that nobody knows when nobody can be asked, does not do it again, and goes on with what comes next', async () => {
    const { writer, groups } = writerOver(
      (results) => (results.includes('a') ? 'undecided' : 'done'),
      () => new ConnectionLost('cut'),
    )
    await expect(writer.write(job('a'))).rejects.toMatchObject({ message: expect.stringContaining('nobody knows') })
    expect(groups).toEqual([['a']])
    expect(await writer.write(job('b'))).toBe('b')
  })

  it('is idle when all is done', async () => {
    const { writer, groups } = writerOver(() => 'done')
    await writer.idle()
    const written = writer.write(job('a'))
    await writer.idle()
    expect(groups).toEqual([['a']])
    await written
  })
})
