// The pictures of README.md and docs/, taken from the real pages: node scripts/pictures.mjs [folder]
// Writes docs/pictures/*.png and prints the size of each. Needs dist/ (npm run build) and the packaged browser (Linux x64).
import { mkdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { launchBrowser } from './packaged-browser.mjs'
import { root } from './programs.mjs'
import { browserHands } from './start/browser-hands.mjs'
import { INVITATION, openWorld } from './start/world.mjs'

/** What GitHub shows without a pause, and a checkout carries lightly. */
const MOST_BYTES = 60 * 1024
const SIZES = { person: [360, 640], phones: [400, 640], operator: [860, 520] }

const folder = resolve(process.argv[2] ?? join(root, 'docs', 'pictures'))
// libsignal, inside Baileys, writes session keys to the console.
console.info = () => {}
process.exit(await takePictures())

async function takePictures() {
  mkdirSync(folder, { recursive: true })
  const world = await openWorld()
  const hands = await browserHands(world, await launchBrowser())
  const taken = []
  const take = async (who, name) => {
    const [width, height] = SIZES[who]
    await hands[who].setViewportSize({ width, height })
    await hands[who].evaluate('document.activeElement?.blur(); scrollTo(0, 0)')
    const path = join(folder, `${name}.png`)
    await hands[who].screenshot({ path, animations: 'disabled', caret: 'hide' })
    taken.push([path, statSync(path).size])
  }
  try {
    const url = await hands.invite(INVITATION)
    await hands.openInvitation(url)
    await take('person', 'who-asks')
    const code = await hands.getCode()
    await take('person', 'code')
    await hands.phones.goto(world.phonePage)
    await hands.phones.getByRole('link', { name: 'Enter code' }).waitFor()
    await take('phones', 'phone-notification')
    await hands.typeCode(code)
    await hands.linked()
    await hands.online(INVITATION.session)
    await take('operator', 'operator')
    await hands.write('Hello, bot!')
    await hands.read('Hello, bot!')
    await take('phones', 'phone-chat')
  } finally {
    await hands.close()
    await world.close()
  }
  for (const [path, size] of taken) process.stdout.write(`${relative(root, path)} ${(size / 1024).toFixed(1)} kB\n`)
  const large = taken.filter(([, size]) => size > MOST_BYTES)
  if (large.length > 0) process.stderr.write(`larger than ${MOST_BYTES / 1024} kB: ${large.length}\n`)
  return large.length === 0 ? 0 : 1
}
