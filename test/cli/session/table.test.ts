import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { sessionMessage, sessionTable } from '../../../src/cli/session/table.ts'
import type { SessionInfo } from '../../../src/store/contract.ts'
import { widest } from '../support/terminal-buffer.ts'

const NOW = Date.UTC(2026, 0, 2)
const SESSIONS: readonly SessionInfo[] = [
  {
    session: 'main',
    state: 'linked',
    jid: '12025550123:1@s.whatsapp.net',
    lid: '123456789012345:1@lid',
    deviceName: 'Acme Sales',
    createdAt: new Date(NOW - 86_400_000),
    lastOnlineAt: new Date(NOW - 3 * 60_000),
  },
  {
    session: 'support-eu',
    state: 'unconfirmed',
    jid: '12025550124:2@s.whatsapp.net',
    deviceName: 'A name of a device that goes on and on and on',
    createdAt: new Date(NOW),
  },
]
const table = (columns: number) => sessionTable(SESSIONS, NOW, { columns, paint: pc.createColors(false) })

describe('sessions', () => {
  it('are a table with masked numbers', () => {
    expect(table(120)).toEqual([
      'SESSION     STATE        NUMBER        DEVICE                    LAST ONLINE',
      'main        linked       +1••••••••23  Acme Sales                3 minutes ago',
      'support-eu  unconfirmed  +1••••••••24  A name of a device that…  never',
    ])
  })

  it('stand below each other where a table does not fit', () => {
    const lines = table(40)
    expect(lines.slice(0, 4)).toEqual(['main', '  linked, +1••••••••23', '  Acme Sales', '  online: 3 minutes ago'])
    expect(widest(lines)).toBeLessThanOrEqual(40)
  })

  it('are JSON with RFC 3339 dates, as the library gives them', () => {
    const [first] = SESSIONS
    const text = JSON.stringify(sessionMessage(first as SessionInfo))
    expect(JSON.parse(text)).toMatchObject({
      type: 'session',
      session: 'main',
      state: 'linked',
      jid: first?.jid,
      deviceName: 'Acme Sales',
      createdAt: '2026-01-01T00:00:00.000Z',
      lastOnlineAt: '2026-01-01T23:57:00.000Z',
    })
  })
})
