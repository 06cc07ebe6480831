// What `npm start` does once everything is built. Resolves with the exit code.
import { auto } from './auto.mjs'
import { say } from './screen.mjs'
import { openWorld } from './world.mjs'

/** @param {{ auto: boolean, refuse: number | undefined }} wishes */
export async function start({ auto: byItself, refuse }) {
  const stop = interrupted()
  const world = await openWorld({ refuse })
  try {
    if (byItself) return await auto(world, stop)
    tell(await world.invite(), world)
    await stop
    return 0
  } finally {
    await world.close()
  }
}

function tell(invitation, { server, phonePage, token, onTold }) {
  say(`
Everything runs on this machine. WhatsApp and the phones are emulated; nothing leaves it, and nothing is kept.

 1  You were invited to link an account. Open the link page, press Continue, then Get code:
      ${invitation}

 2  You own the phone, too. Open the phone page and type that code:
      ${phonePage}
    When it is linked, be Ada there and write to Owner: the bot answers each text with the same text.

 3  You operate the server. See who is linked, and invite others:
      ${server}/ui
      token  ${token}

Ctrl-C ends it all.
`)
  onTold(say)
}

/** Resolves at the first signal; a second one ends the process at once, as it would without this. */
function interrupted() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => resolve('interrupted'))
  })
}
