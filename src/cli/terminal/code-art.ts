// Pure. A pairing code that can be read across a room: the letters of its alphabet as pictures of 5 × 7 points. Two points
// stand in one character cell, one above the other, which makes them nearly square.

/** Rows from the top, `#` for a point. Written so that 8 and B, 5 and S, 2 and Z, V and Y cannot be mistaken. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  '1': ['..#..', '.##..', '#.#..', '..#..', '..#..', '..#..', '#####'],
  '2': ['.###.', '#...#', '....#', '...#.', '..#..', '.#...', '#####'],
  '3': ['.###.', '#...#', '....#', '..##.', '....#', '#...#', '.###.'],
  '4': ['...#.', '..##.', '.#.#.', '#..#.', '#####', '...#.', '...#.'],
  '5': ['#####', '#....', '####.', '....#', '....#', '#...#', '.###.'],
  '6': ['..##.', '.#...', '#....', '####.', '#...#', '#...#', '.###.'],
  '7': ['#####', '....#', '...#.', '..#..', '.#...', '.#...', '.#...'],
  '8': ['.###.', '#...#', '#...#', '.###.', '#...#', '#...#', '.###.'],
  '9': ['.###.', '#...#', '#...#', '.####', '....#', '...#.', '.##..'],
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  B: ['####.', '#...#', '#...#', '####.', '#...#', '#...#', '####.'],
  C: ['.###.', '#...#', '#....', '#....', '#....', '#...#', '.###.'],
  D: ['####.', '#...#', '#...#', '#...#', '#...#', '#...#', '####.'],
  E: ['#####', '#....', '#....', '####.', '#....', '#....', '#####'],
  F: ['#####', '#....', '#....', '####.', '#....', '#....', '#....'],
  G: ['.###.', '#...#', '#....', '#.###', '#...#', '#...#', '.###.'],
  H: ['#...#', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  J: ['..###', '...#.', '...#.', '...#.', '...#.', '#..#.', '.##..'],
  K: ['#...#', '#..#.', '#.#..', '##...', '#.#..', '#..#.', '#...#'],
  L: ['#....', '#....', '#....', '#....', '#....', '#....', '#####'],
  M: ['#...#', '##.##', '#.#.#', '#.#.#', '#...#', '#...#', '#...#'],
  N: ['#...#', '##..#', '#.#.#', '#..##', '#...#', '#...#', '#...#'],
  P: ['####.', '#...#', '#...#', '####.', '#....', '#....', '#....'],
  Q: ['.###.', '#...#', '#...#', '#...#', '#.#.#', '#..#.', '.##.#'],
  R: ['####.', '#...#', '#...#', '####.', '#.#..', '#..#.', '#...#'],
  S: ['.####', '#....', '#....', '.###.', '....#', '....#', '####.'],
  T: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..'],
  V: ['#...#', '#...#', '#...#', '#...#', '#...#', '.#.#.', '..#..'],
  W: ['#...#', '#...#', '#...#', '#.#.#', '#.#.#', '##.##', '#...#'],
  X: ['#...#', '#...#', '.#.#.', '..#..', '.#.#.', '#...#', '#...#'],
  Y: ['#...#', '#...#', '.#.#.', '..#..', '..#..', '..#..', '..#..'],
  Z: ['#####', '....#', '...#.', '..#..', '.#...', '#....', '#####'],
  '-': ['...', '...', '...', '###', '...', '...', '...'],
}

const POINTS_HIGH = 7
const GAP = '..'

/** Four lines for a code as `ABCD-EFGH`; undefined for a character that no code has. */
export function codeArt(code: string): readonly string[] | undefined {
  const letters = [...code].map((letter) => (Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined))
  const pictures = letters.filter((picture) => picture !== undefined)
  if (pictures.length !== letters.length || pictures.length === 0) return undefined
  const rows = Array.from({ length: POINTS_HIGH + 1 }, (_, row) =>
    pictures.map((picture) => picture[row] ?? '').join(GAP),
  )
  const width = rows[0]?.length ?? 0
  return [0, 2, 4, 6].map((row) => halfBlocks(rows[row] ?? '', (rows[row + 1] ?? '').padEnd(width, '.')))
}

function halfBlocks(upper: string, lower: string): string {
  return [...upper]
    .map((point, at) => cell(point === '#', lower[at] === '#'))
    .join('')
    .trimEnd()
}

function cell(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}

/** For screens that are too narrow for pictures: `A B C D - E F G H`. */
export function spacedCode(code: string): string {
  return [...code].join(' ')
}
