// A QR code in half blocks: two rows of modules in one line.
import { encode, renderUnicodeCompact } from 'uqr'

/** Modules of light around the code. Four are the standard's; cameras find the code with two on a dark screen. */
const BORDER = 2

export interface QrPicture {
  readonly lines: readonly string[]
  readonly columns: number
  readonly rows: number
}

/**
 * Light modules are drawn, dark ones left out: right on dark screens as it is. With `colours` each line sets white on black
 * for itself and is right on every screen.
 */
export function qrPicture(data: string, colours: boolean): QrPicture {
  const options = { ecc: 'L', border: BORDER } as const
  const { size } = encode(data, options)
  const plain = renderUnicodeCompact(data, options).split('\n')
  const lines = colours ? plain.map((line) => `\u001b[97;40m${line}\u001b[0m`) : plain
  return { lines, columns: size, rows: lines.length }
}
