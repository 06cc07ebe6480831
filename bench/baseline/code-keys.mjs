// What no link can do without: the key that a code stands for, PBKDF2 with 131,072 rounds (docs/protocol.md section 3), two
// at a time on the thread pool, and nothing else.
// One fresh process. COUNT. Prints one line of JSON: {"wall", "cpu", …}, ms.
import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { underLoad } from '../load.mjs'

const derive = promisify(pbkdf2)
let left = Number(process.env.COUNT)

async function lane() {
  while (left > 0) {
    left -= 1
    await derive('ABCD1234', randomBytes(32), 131_072, 32, 'sha256')
  }
}

console.log(JSON.stringify(await underLoad(() => Promise.all([lane(), lane()]))))
