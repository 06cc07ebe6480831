// The story through the pages, with nobody at them: operator → invitation → link page → phone page → linked → online → text →
// echo. One line for each step.
import { launchBrowser, noBrowser } from '../packaged-browser.mjs'
import { browserHands } from './browser-hands.mjs'
import { formHands } from './form-hands.mjs'
import { complain, say } from './screen.mjs'
import { INVITATION } from './world.mjs'

const TEXT = 'Hello, bot!'
const OWNER = '+1••••••••23'
const CONTACT = '+1••••••••24'

/** Exit codes as the command line has them (docs/sessions.md). */
const CODES = {
  3: [
    'rejected',
    'forbidden',
    'not-available',
    'passkey-required',
    'verification-failed',
    'untrusted-server',
    'outdated-version',
  ],
  4: ['expired'],
  75: ['rate-limited', 'code-outstanding', 'session-busy', 'network', 'server-error'],
}

/**
 * @param {Awaited<ReturnType<typeof import('./world.mjs').openWorld>>} world
 * @param {Promise<unknown>} stop
 * @param {typeof launchBrowser} launch
 * @returns {Promise<number>} the exit code
 */
export async function auto(world, stop, launch = launchBrowser) {
  const started = performance.now()
  say('This is a demonstration. WhatsApp and the phones are emulated on this machine; nothing leaves it.\n')
  const { hands, how } = await handsFor(world, launch)
  try {
    const ended = await Promise.race([tellStory(hands, world), stop.then(() => 5)])
    if (ended === 0) say(`\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s, ${how}.`)
    return ended
  } catch (error) {
    complain(`✗ ${error.message}`)
    return 1
  } finally {
    await hands.close()
  }
}

/** A browser where there is one; otherwise the same forms, sent as a browser without script sends them. */
async function handsFor(world, launch) {
  const without = (reason) => {
    say(`${reason} The same pages are gone through without a browser, by their forms.\n`)
    return { hands: formHands(world), how: 'without a browser' }
  }
  if (noBrowser !== undefined) return without(noBrowser)
  try {
    return { hands: await browserHands(world, await launch()), how: 'in the packaged browser' }
  } catch (error) {
    return without(`The packaged browser cannot be started (${error.message.split('\n', 1)[0]}).`)
  }
}

async function tellStory(hands, world) {
  const invitation = await hands.invite(INVITATION)
  say(`· The operator logs in and invites ${OWNER}.`)
  say(`· The person opens the invitation: “${await hands.openInvitation(invitation)}”.`)
  const code = await hands.getCode()
  if (code === undefined) return refused(world)
  say(`· WhatsApp accepted the pairing code ${code}; the link page shows it.`)
  await hands.typeCode(code)
  say('· On the phone the owner takes the notification and types the code.')
  say(`✓ The link page says: ${await hands.linked()}.`)
  await hands.online(INVITATION.session)
  say(`✓ The operator’s page says that the session ${INVITATION.session} is online.`)
  await hands.write(TEXT)
  say(`· A contact, ${CONTACT}, writes: ${TEXT}`)
  const answer = await hands.read(TEXT)
  say(`· The bot answers with an echo: ${answer}`)
  say(`✓ The contact reads: ${answer}`)
  return 0
}

/** Why, what to do, and the exit code that says it to programs. */
async function refused({ ask }) {
  const [{ problem }] = (await ask('/links')).links
  const code = problem.type.replace(/^.*:/, '')
  complain(`✗ ${problem.title}: ${problem.detail}.\n  ${problem.advice}\n  More about it: npx paircode explain ${code}`)
  const found = Object.entries(CODES).find(([, codes]) => codes.includes(code))
  return found === undefined ? 1 : Number(found[0])
}
