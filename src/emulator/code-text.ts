// Pure. Five bytes as the eight characters that both screens show, written apart from the companion's side: if the two shared
// it, one mistake would cancel itself out.

const CHARACTERS = [...'123456789ABCDEFGHJKLMNPQRSTVWXYZ']

/** Two groups of four characters with a dash between. */
export function codeText(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const characters = bits.match(/.{5}/g) ?? []
  const text = characters.map((five) => CHARACTERS[Number.parseInt(five, 2)]).join('')
  return `${text.slice(0, 4)}-${text.slice(4)}`
}
