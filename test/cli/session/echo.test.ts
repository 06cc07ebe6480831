import { EventEmitter } from 'node:events'
import type { WASocket } from 'baileys'
import { describe, expect, it } from 'vitest'
import { type Echoed, echo } from '../../../src/cli/session/echo.ts'

const CONTACT = '12025550124@s.whatsapp.net'

function started(fails = false) {
  const ev = new EventEmitter()
  const sent: unknown[] = []
  const echoed: Echoed[] = []
  const errors: unknown[] = []
  const socket = {
    ev,
    async sendMessage(jid: string, content: unknown) {
      if (fails) throw new Error('offline')
      sent.push([jid, content])
    },
  } as unknown as WASocket
  echo(socket, { onEcho: (one) => echoed.push(one), onError: (cause) => errors.push(cause) })
  const receive = async (message: object, type = 'notify') => {
    ev.emit('messages.upsert', { type, messages: [message] })
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { sent, echoed, errors, receive }
}

const text = (key: object, body: object = { conversation: 'Hello' }) => ({
  key: { remoteJid: CONTACT, fromMe: false, ...key },
  message: body,
})

describe('the echo', () => {
  it('answers a text with the same text', async () => {
    const { sent, echoed, receive } = started()
    await receive(text({}))
    await receive(text({}, { extendedTextMessage: { text: 'with a link' } }))
    expect(sent).toEqual([
      [CONTACT, { text: 'Hello' }],
      [CONTACT, { text: 'with a link' }],
    ])
    expect(echoed.map((one) => one.text)).toEqual(['Hello', 'with a link'])
  })

  it('answers a hidden identity where it wrote from, and tells the number that belongs to it', async () => {
    const { sent, echoed, receive } = started()
    await receive(text({ remoteJid: '123456789012345@lid', remoteJidAlt: CONTACT }))
    expect(sent).toEqual([['123456789012345@lid', { text: 'Hello' }]])
    expect(echoed).toEqual([{ jid: CONTACT, text: 'Hello' }])
  })

  it.each([
    ['its own messages', text({ fromMe: true })],
    ['groups', text({ remoteJid: '1203630@g.us' })],
    ['status updates', text({ remoteJid: 'status@broadcast' })],
    ['what is no text', text({}, { imageMessage: {} })],
    ['what has no content', { key: { remoteJid: CONTACT }, message: null }],
  ])('leaves alone %s', async (_what, message) => {
    const { sent, errors, receive } = started()
    await receive(message)
    expect(sent).toEqual([])
    expect(errors).toEqual([])
  })

  it('leaves alone what came while it was offline', async () => {
    const { sent, receive } = started()
    await receive(text({}), 'append')
    expect(sent).toEqual([])
  })

  it('tells of an answer that could not be sent', async () => {
    const { echoed, errors, receive } = started(true)
    await receive(text({}))
    expect(errors).toHaveLength(1)
    expect(echoed).toEqual([])
  })
})
