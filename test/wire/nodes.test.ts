import { describe, expect, it } from 'vitest'
import { bytesOf, childOf, childrenOf, type Node, node, S_WHATSAPP_NET, textOf } from '../../src/wire/nodes.ts'

const first = node('ref', { at: '1' }, 'one')
const second = node('ref', { at: '2' }, Buffer.from('two'))
const parent = node('pair-device', {}, [first, node('other'), second])

describe('node', () => {
  it('has attributes, and content only when there is some', () => {
    expect(node('ping')).toEqual({ tag: 'ping', attrs: {} })
    expect(node('ping')).not.toHaveProperty('content')
    expect(node('ref', { id: '1' }, 'text')).toEqual({ tag: 'ref', attrs: { id: '1' }, content: 'text' })
  })

  it('is addressed to s.whatsapp.net', () => {
    expect(S_WHATSAPP_NET).toBe('s.whatsapp.net')
  })
})

describe('children', () => {
  it('are found in order, the first of a name', () => {
    expect(childrenOf(parent).map(({ tag }) => tag)).toEqual(['ref', 'other', 'ref'])
    expect(childOf(parent, 'ref')).toBe(first)
    expect(childOf(parent, 'none')).toBeUndefined()
  })

  it.each<[string, Node | undefined]>([
    ['no node', undefined],
    ['a node without content', node('iq')],
    ['a node of text', first],
    ['a node of bytes', second],
    ['a node of no children', node('iq', {}, [])],
  ])('are none in %s', (_what, of) => {
    expect(childrenOf(of)).toEqual([])
    expect(childOf(of, 'ref')).toBeUndefined()
  })
})

describe('content', () => {
  it('reads as bytes and as text, whichever it is', () => {
    expect(textOf(first)).toBe('one')
    expect(textOf(second)).toBe('two')
    expect(Buffer.from(bytesOf(first) ?? []).toString()).toBe('one')
    expect(Buffer.from(bytesOf(second) ?? []).toString()).toBe('two')
    expect(Buffer.from(bytesOf(node('ref', {}, 'ü')) ?? []).toString('hex')).toBe('c3bc')
  })

  it('that is empty is empty, not absent', () => {
    for (const content of ['', new Uint8Array(0)]) {
      expect(textOf(node('ref', {}, content))).toBe('')
      expect(bytesOf(node('ref', {}, content))).toHaveLength(0)
    }
  })

  it.each<[string, Node | undefined]>([
    ['no node', undefined],
    ['a node without content', node('ref')],
    ['a node of children', parent],
  ])('is neither in %s', (_what, of) => {
    expect(textOf(of)).toBeUndefined()
    expect(bytesOf(of)).toBeUndefined()
  })
})
