import { expect, it } from 'vitest'
import { type Collection, NEVER } from '../../../src/store/collections.ts'
import type { Store } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { fakeClock, turns } from '../../store/fake-clock.ts'
import { newlyLinked } from '../../store/samples.ts'
import type { Place } from './place.ts'

interface Note {
  readonly text: string
}

function notesOf(store: Store, name = 'notes'): Collection<Note> {
  return internalsOf(store).collections.open(name, (stored) => {
    const note = stored as Note
    if (typeof note.text !== 'string') throw new TypeError('not a note')
    return note
  })
}

async function textsOf(notes: Collection<Note>, list: string): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const { value } of notes.all(list)) texts.push(value.text)
  return texts
}

export function collectionBehaviour(makePlace: () => Promise<Place>): void {
  it('a document is found by its key, replaced, and dropped', async () => {
    const notes = notesOf(await (await makePlace()).open())
    expect(await notes.get('a')).toBeUndefined()
    await notes.put('a', 'all', { text: 'first' }, NEVER)
    expect(await notes.get('a')).toEqual({ text: 'first' })
    await notes.put('a', 'all', { text: 'second' }, NEVER)
    expect(await notes.get('a')).toEqual({ text: 'second' })
    expect(await textsOf(notes, 'all')).toEqual(['second'])
    await notes.drop('a')
    await notes.drop('a')
    expect(await notes.get('a')).toBeUndefined()
    expect(await textsOf(notes, 'all')).toEqual([])
  })

  it('keys, lists and collections of the same name are kept apart', async () => {
    const store = await (await makePlace()).open()
    await notesOf(store, 'one').put('a', 'a', { text: 'one' }, NEVER)
    await notesOf(store, 'two').put('a', 'a', { text: 'two' }, NEVER)
    await notesOf(store, 'two').put('b', 'b', { text: 'elsewhere' }, NEVER)
    expect(await notesOf(store, 'one').get('a')).toEqual({ text: 'one' })
    expect(await textsOf(notesOf(store, 'two'), 'a')).toEqual(['two'])
    await notesOf(store, 'two').dropList('a')
    expect(await notesOf(store, 'two').get('a')).toBeUndefined()
    expect(await notesOf(store, 'two').get('b')).toEqual({ text: 'elsewhere' })
    expect(await notesOf(store, 'one').get('a')).toEqual({ text: 'one' })
  })

  it('a list is read in the order of its numbers, in pages, from either end', async () => {
    const notes = notesOf(await (await makePlace()).open())
    const numbers: number[] = []
    for (const text of ['a', 'b', 'c', 'd']) numbers.push(await notes.append('list', { text }, NEVER))
    expect(numbers).toEqual([1, 2, 3, 4])
    const read = async (part: Parameters<typeof notes.list>[1]): Promise<string> =>
      (await notes.list('list', part)).map(({ value }) => value.text).join('')
    expect(await read({ limit: 10 })).toBe('abcd')
    expect(await read({ limit: 2 })).toBe('ab')
    expect(await read({ after: 2, limit: 10 })).toBe('cd')
    expect(await read({ before: 3, limit: 10 })).toBe('ab')
    expect(await read({ after: 1, before: 4, limit: 1, newestFirst: true })).toBe('c')
    expect(await read({ limit: 3, newestFirst: true })).toBe('dcb')
    expect(await read({ after: 4, limit: 10 })).toBe('')
  })

  it('more than a page of a list is read whole', async () => {
    const notes = notesOf(await (await makePlace()).open())
    const texts = Array.from({ length: 450 }, (_, index) => `note ${index}`)
    await Promise.all(texts.map((text) => notes.append('list', { text }, NEVER)))
    expect(new Set(await textsOf(notes, 'list'))).toEqual(new Set(texts))
  })

  it('50 that append at once get 50 numbers, and a reader who goes on where it stopped misses none', async () => {
    const notes = notesOf(await (await makePlace()).open())
    const seen: number[] = []
    let writing = true
    const reader = (async () => {
      for (;;) {
        const last = !writing
        const page = await notes.list('list', { after: seen.at(-1) ?? 0, limit: 7 })
        seen.push(...page.map(({ number }) => number))
        if (last && page.length === 0) return
        await turns(1)
      }
    })()
    const numbers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => notes.append('list', { text: String(index) }, NEVER)),
    )
    writing = false
    await reader
    expect(new Set(numbers).size).toBe(50)
    expect(seen).toEqual([...numbers].sort((a, b) => a - b))
  })

  it('numbers go on when all documents of a list are gone', async () => {
    const notes = notesOf(await (await makePlace()).open())
    await notes.put('a', 'list', { text: 'a' }, NEVER)
    await notes.drop('a')
    expect(await notes.append('list', { text: 'b' }, NEVER)).toBe(2)
  })

  it('a change sees what is there, and of 50 at once none is lost', async () => {
    const notes = notesOf(await (await makePlace()).open())
    const results = await Promise.all(
      Array.from({ length: 50 }, () =>
        notes.change('counter', 'all', (old) => {
          const text = String(Number(old?.text ?? 0) + 1)
          return { put: { value: { text }, expiresAt: NEVER }, result: text }
        }),
      ),
    )
    expect(new Set(results).size).toBe(50)
    expect(await notes.get('counter')).toEqual({ text: '50' })
  })

  it('a change may leave everything as it is, or drop', async () => {
    const notes = notesOf(await (await makePlace()).open())
    await notes.put('a', 'all', { text: 'a' }, NEVER)
    expect(await notes.change('a', 'all', (old) => ({ result: old?.text }))).toBe('a')
    expect(await notes.change('b', 'all', () => ({ drop: true, result: 'nothing' }))).toBe('nothing')
    expect(await notes.change('a', 'all', () => ({ drop: true, result: 'dropped' }))).toBe('dropped')
    expect(await notes.get('a')).toBeUndefined()
  })

  it('a change that throws leaves everything as it was', async () => {
    const notes = notesOf(await (await makePlace()).open())
    await notes.put('a', 'all', { text: 'kept' }, NEVER)
    const refused = notes.change('a', 'all', () => {
      throw new RangeError('no')
    })
    await expect(refused).rejects.toThrow('no')
    expect(await notes.get('a')).toEqual({ text: 'kept' })
  })

  it('what is added with a change or another document comes to be with it, in the order of its list', async () => {
    const store = await (await makePlace()).open()
    const [notes, told] = [notesOf(store), notesOf(store, 'told')]
    const tell = (text: string) => told.sealed('list', { text }, NEVER)
    await notes.append('list', { text: 'a' }, NEVER, [tell('1'), tell('2')])
    await notes.change('key', 'all', () => ({
      put: { value: { text: 'b' }, expiresAt: NEVER },
      also: [tell('3')],
      result: undefined,
    }))
    await notes.change('key', 'all', () => ({ drop: true, also: [tell('4')], result: undefined }))
    await notes.change('key', 'all', () => ({ also: [tell('5')], result: undefined }))
    expect(await told.append('list', { text: '6' }, NEVER)).toBe(6)
    expect(await textsOf(told, 'list')).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(await notes.get('key')).toBeUndefined()
  })

  it('of a change that throws nothing is added either', async () => {
    const store = await (await makePlace()).open()
    const [notes, told] = [notesOf(store), notesOf(store, 'told')]
    const addition = told.sealed('list', { text: 'never' }, NEVER)
    await told.append('list', { text: 'first' }, NEVER, [])
    const twice = [addition, addition]
    await notes.change('a', 'all', () => ({ also: [addition], result: undefined }))
    await expect(notes.append('list', { text: 'a' }, NEVER, twice)).rejects.toThrow()
    if ((await makePlace()).lasts) expect(await textsOf(notes, 'list')).toEqual([])
    expect(await textsOf(told, 'list')).toEqual(['first', 'never'])
  })

  it('50 at once that add to one list add 50, each with its own change', async () => {
    const store = await (await makePlace()).open()
    const [notes, told] = [notesOf(store), notesOf(store, 'told')]
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const also = [told.sealed('list', { text: `${index}` }, NEVER)]
        return index % 2 === 0
          ? notes.append('list', { text: `${index}` }, NEVER, also)
          : notes.change(`key ${index}`, 'all', () => ({
              put: { value: { text: `${index}` }, expiresAt: NEVER },
              also,
              result: undefined,
            }))
      }),
    )
    expect(new Set(await textsOf(told, 'list')).size).toBe(50)
    expect(await textsOf(notes, 'list')).toHaveLength(25)
  })

  it('what expired is not there any more, and a new document can take its key', async () => {
    const clock = fakeClock()
    const notes = notesOf(await (await makePlace()).open({ clock }))
    await notes.put('a', 'list', { text: 'short' }, clock.now() + 1_000)
    await notes.append('list', { text: 'long' }, clock.now() + 5_000)
    await clock.advance(999)
    expect(await textsOf(notes, 'list')).toEqual(['short', 'long'])
    await clock.advance(1)
    expect(await notes.get('a')).toBeUndefined()
    expect(await textsOf(notes, 'list')).toEqual(['long'])
    expect(await notes.change('a', 'list', (old) => ({ result: old }))).toBeUndefined()
    await notes.put('a', 'list', { text: 'again' }, clock.now() + 1_000)
    expect(await notes.get('a')).toEqual({ text: 'again' })
  })

  it('expired documents are swept out with the next write of the hour, the others stay', async () => {
    const clock = fakeClock()
    const store = await (await makePlace()).open({ clock })
    const notes = notesOf(store)
    await notes.put('short', 'list', { text: 'short' }, clock.now() + 1_000)
    await notes.put('long', 'list', { text: 'long' }, NEVER)
    await clock.advance(3_700_000)
    await internalsOf(store).saveLinked(await newlyLinked())
    expect(await notes.get('long')).toEqual({ text: 'long' })
    expect(await notes.append('list', { text: 'next' }, NEVER)).toBe(3)
    expect(await textsOf(notes, 'list')).toEqual(['long', 'next'])
  })

  it('everything is still there when the store is opened again, under the same secrets', async () => {
    const place = await makePlace()
    if (!place.lasts) return
    const first = await place.open()
    await notesOf(first).put('a', 'list', { text: 'kept' }, NEVER)
    const secret = internalsOf(first).collections.secret('cookies')
    await first.close()
    const again = await place.open()
    expect(await notesOf(again).get('a')).toEqual({ text: 'kept' })
    expect(await notesOf(again).append('list', { text: 'next' }, NEVER)).toBe(2)
    expect(internalsOf(again).collections.secret('cookies')).toEqual(secret)
  })

  it('secrets are 32 bytes, and differ by name', async () => {
    const { collections } = internalsOf(await (await makePlace()).open())
    expect(collections.secret('one')).toHaveLength(32)
    expect(collections.secret('one')).not.toEqual(collections.secret('two'))
  })

  it('a document that is not what it should be is a store-error that names the collection', async () => {
    const store = await (await makePlace()).open()
    const anything = internalsOf(store).collections.open('notes', (stored) => stored)
    await anything.put('a', 'list', { other: 1 }, NEVER)
    await expect(notesOf(store).get('a')).rejects.toMatchObject({
      code: 'store-error',
      message: 'a document of the collection notes cannot be read',
    })
  })
}
