// `npm start`: the main job with no phone and no account, from a fresh clone: a server, its link page and its operator's page, an
// emulator with its phone page, and a bot that echoes. `npm start -- --auto` goes through the pages by itself.
import { install } from './install.mjs'

const USAGE = `npm start                     opens the pages; you are the person, the phone and the operator
npm start -- --auto           goes through the pages by itself
npm start -- --refuse 403     lets WhatsApp refuse the code: 400, 403, 429, 452, 500 …`

const wishes = readArguments(process.argv.slice(2))
if (wishes === undefined) {
  console.error(`Not understood.\n\n${USAGE}`)
  process.exit(2)
}
try {
  await install()
  // Not before the install: this loads packages.
  await (await import('./build.mjs')).build()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
const { start } = await import('./start/start.mjs')
process.exit(await start(wishes))

/** `--refuse` goes through the pages by itself too: what is to be seen is the end. */
function readArguments(args) {
  const wishes = { auto: false, refuse: undefined }
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--auto') wishes.auto = true
    else if (args[at] === '--refuse' && /^[1-9]\d{2}$/.test(args[at + 1] ?? '')) wishes.refuse = Number(args[++at])
    else return undefined
  }
  return { ...wishes, auto: wishes.auto || wishes.refuse !== undefined }
}
