// Pure. Sessions for people and for programs.
import type { SessionInfo } from '../../store/contract.ts'
import { maskedNumberOf } from '../printing/masking.ts'
import type { Message } from '../printing/printer.ts'
import { ago } from '../printing/words.ts'
import type { Screen } from '../terminal/screen.ts'
import { clip, padEnd, textWidth } from '../terminal/text-width.ts'

/** For programs: with the account itself, which they ask for. People see it masked. */
export function sessionMessage(info: SessionInfo): Message {
  return { type: 'session', ...info }
}

const GAP = '  '
const LONGEST_DEVICE = 24
const TITLES = ['SESSION', 'STATE', 'NUMBER', 'DEVICE', 'LAST ONLINE'] as const

/** A table; on a screen too narrow for one, a few lines for each session. */
export function sessionTable(
  sessions: readonly SessionInfo[],
  now: number,
  { columns, paint }: Pick<Screen, 'columns' | 'paint'>,
): readonly string[] {
  const rows = sessions.map((info) => cellsOf(info, now))
  const widths = TITLES.map((title, at) => Math.max(title.length, ...rows.map((row) => textWidth(row[at] ?? ''))))
  const width = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (TITLES.length - 1)
  if (width > columns) return sessions.flatMap((info) => stacked(info, now, columns))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => padEnd(cell, widths[at] ?? 0))
      .join(GAP)
      .trimEnd()
  return [paint.dim(line(TITLES)), ...rows.map(line)]
}

function cellsOf(info: SessionInfo, now: number): readonly string[] {
  return [
    // Never clipped: it is what people type.
    info.session,
    info.state,
    maskedNumberOf(info.jid),
    info.deviceName === '' ? '–' : clip(info.deviceName, LONGEST_DEVICE),
    info.lastOnlineAt === undefined ? 'never' : ago(info.lastOnlineAt, now),
  ]
}

function stacked(info: SessionInfo, now: number, columns: number): readonly string[] {
  const [, state = '', number = '', , online = ''] = cellsOf(info, now)
  const details = [`  ${state}, ${number}`, `  ${info.deviceName}`, `  online: ${online}`]
  return [info.session, ...details.map((line) => clip(line, columns))]
}
