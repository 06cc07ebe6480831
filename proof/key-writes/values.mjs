// What writer and judge agree on: the values of one write, each of which tells in which write it was made.

export const WRITERS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8']

/** Four keys of three types in one call; every fifth call deletes the last one, which the others then write anew. */
export function keysOf(writer, seq) {
  const value = repeated(seq)
  return {
    session: { [`${writer}.one`]: value, [`${writer}.two`]: value },
    'sender-key': { [writer]: value },
    'pre-key': {
      [preKeyOf(writer)]: seq % 5 === 0 ? null : { public: value.subarray(0, 32), private: value.subarray(0, 32) },
    },
  }
}

export function preKeyOf(writer) {
  return String(5_000 + Number(writer.slice(1)))
}

/** 1,500 bytes: the number of the write, again and again. */
function repeated(seq) {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(seq)
  return Buffer.alloc(1_500, number)
}

/** The number of the write; 0 for nothing. Throws an Error for a mixture of two. */
export function sequenceIn(value) {
  if (value === undefined) return 0
  const bytes = Buffer.from(value)
  const seq = bytes.readUInt32BE(0)
  for (let at = 0; at < bytes.length; at += 4)
    if (bytes.readUInt32BE(at) !== seq) throw new Error('a value holds parts of two writes')
  return seq
}
