import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

const LINKS = 12
const number = (at: number): string => `+1202555${String(130 + at).padStart(4, '0')}`

test('links that start at one moment all get their codes, and one that is cancelled while it waits its turn never connects', async () => {
  const { emulator, link } = await setStage()
  const started = Array.from({ length: LINKS }, (_, at) => {
    emulator.addPhone(number(at))
    return link({ session: `bot-${at}`, phone: number(at), firstLogin: false })
  })
  const last = started.pop()
  await last?.linking.cancel()
  await expect(last?.linking.result).rejects.toMatchObject({ code: 'cancelled' })
  const codes = await Promise.all(started.map(({ linking }) => linking.code()))
  expect(new Set(codes.map(({ code }) => code)).size).toBe(LINKS - 1)
  expect(emulator.connections).toHaveLength(LINKS - 1)
})
