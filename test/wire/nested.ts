/** `iq` in `iq` in `iq` …, as the plaintext of a frame: 5 bytes a level, so that 200,000 levels fit into 1 MiB. */
export function nested(depth: number): Uint8Array {
  const level = Buffer.from('f80219f801', 'hex')
  return Buffer.concat([Buffer.of(0), ...Array.from({ length: depth }, () => level), Buffer.from('f80119', 'hex')])
}
