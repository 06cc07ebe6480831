// A QR code as one small path: a line for each run of dark modules.
import { encode } from 'uqr'
import { type Html, html } from '../html.ts'

/** Light modules around it, which cameras need. */
const QUIET = 4

/** `label`: what it is, for who cannot see it. Black on white in dark pages too: some cameras read nothing else. */
export function qrPicture(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: 'L', border: 0 })
  const side = size + 2 * QUIET
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path stroke="#000" d="${runs(data)}"/></svg>`
}

function runs(rows: readonly (readonly boolean[])[]): string {
  return rows.map((row, y) => `M${QUIET} ${y + QUIET + 0.5}${runsOf(row)}`).join('')
}

/** `h3` draws three dark modules, `m2 0` passes over two light ones. */
function runsOf(row: readonly boolean[]): string {
  let path = ''
  for (let x = 0; x < row.length; ) {
    const dark = row[x]
    const start = x
    while (x < row.length && row[x] === dark) x++
    if (dark === true) path += `h${x - start}`
    else if (x < row.length) path += `m${x - start} 0`
  }
  return path
}
