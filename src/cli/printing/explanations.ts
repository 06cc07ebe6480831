// Pure. What `paircode explain` says. Complete by its type: a new error code does not compile without its paragraph.
import type { ErrorCode } from '../../errors.ts'
import type { StopReason } from '../../session/policy.ts'

/** Not an error code of the library: something happened that nobody foresaw. */
export const UNEXPECTED = 'unexpected'

export interface Explanation {
  readonly happened: string
  readonly why: string
  /** What to do, in the order in which to try it. */
  readonly todo: readonly string[]
}

/** Errors, the ends of a connection that are no errors of their own, and what nobody foresaw. */
export type Explained = ErrorCode | Exclude<StopReason, 'closed'> | typeof UNEXPECTED

const PHONE_AND_LINK: Readonly<
  Record<
    'invalid-phone' | 'invalid-code' | 'invalid-device' | 'invalid-session' | 'invalid-options' | 'session-exists',
    Explanation
  >
> = {
  'invalid-phone': {
    happened: 'What was given is not a telephone number that a WhatsApp account can have. WhatsApp was not asked.',
    why:
      'Most often the country code is missing, a zero stands where the country code should be followed by the number, or a ' +
      'digit too many or too few was typed. Numbers from examples (+1 202 555 01xx) are refused too, unless an emulator is used.',
    todo: [
      'Write it as +, country code, number, without the leading zero: +44 20 7946 0123.',
      'For numbers as they are dialled at home, add --country with two letters: “--country BR”.',
      'If you are sure that the number exists although the numbering plan says otherwise: “--anyway”.',
    ],
  },
  'invalid-code': {
    happened: 'What was given is not a pairing code.',
    why: 'A pairing code has 8 characters of 1-9 and A-Z without I, O and U. There is no zero in it: that is never an O either.',
    todo: ['Compare it with the code on the screen, character by character. The dash does not matter.'],
  },
  'invalid-device': {
    happened: 'The device name cannot be used. WhatsApp was not asked.',
    why:
      'The name is what people see under “Linked devices” and decide by whether to keep the link. So it must name the bot: ' +
      'not WhatsApp, Meta, Facebook or a browser, and without invisible characters.',
    todo: ['Choose 1 to 64 characters that name your bot or your company: “--device-name "Acme Sales"”.'],
  },
  'invalid-session': {
    happened: 'The name of the session cannot be used.',
    why: 'Names of sessions are typed and become parts of addresses, so they are kept simple.',
    todo: [
      'Use 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first: “--session sales-2”.',
    ],
  },
  'invalid-options': {
    happened: 'The command or its settings make no sense as they are. Nothing was touched.',
    why: 'An option is misspelt or lacks its value, two of them contradict each other, or a PAIRCODE_… variable is wrong.',
    todo: ['Correct what the message names.', 'See what a command takes: “paircode link --help”.'],
  },
  'session-exists': {
    happened: 'The session is linked already, and nobody said that it may be replaced.',
    why: 'One session holds one account. What is linked is never given up in silence.',
    todo: [
      'Keep it online: “paircode connect <session>”.',
      'Link another account under another name: “--session <name>”.',
      'Link it anew: “--replace”. The old login stays valid until the new one is stored.',
    ],
  },
}

const ANSWERS: Readonly<
  Record<
    | 'code-outstanding'
    | 'rate-limited'
    | 'rejected'
    | 'forbidden'
    | 'not-available'
    | 'passkey-required'
    | 'expired'
    | 'cancelled',
    Explanation
  >
> = {
  'code-outstanding': {
    happened: 'A code for this number is on a screen already, so no second one was asked for.',
    why:
      'WhatsApp sends the phone’s answer to the number, not to the code: with two codes alive, whoever types the first one ' +
      'fails without being told why. Another terminal, process or server may be linking the same number.',
    todo: ['Use the code that is shown there, or cancel it there.', 'Or wait: it is over after 3 minutes at most.'],
  },
  'rate-limited': {
    happened: 'Too many codes were asked for this number.',
    why:
      'WhatsApp allows few attempts per number and then refuses for a while (429); asking on makes it longer. To stay below ' +
      'that, paircode itself allows 3 codes in 10 minutes per account, over all programs that share a store.',
    todo: ['Wait as long as the message says, then try once.', 'Or link by QR code: “paircode link --qr”.'],
  },
  rejected: {
    happened: 'WhatsApp refused.',
    why:
      'With 400 it does not say which: the number has no WhatsApp account, or it was asked too often. Other numbers are ' +
      'unknown to everybody; the number is kept in the error as `status`.',
    todo: [
      'Check that WhatsApp runs on the phone with exactly this number. Old Brazilian numbers may need their form without the 9.',
      'Wait a few minutes, then try once more.',
      'Or link by QR code: “paircode link --qr”.',
    ],
  },
  forbidden: {
    happened: 'WhatsApp does not allow this account to link a device, or to log in (403).',
    why: 'No public source knows why. The account may be limited, locked or banned; WhatsApp then says so on the phone.',
    todo: [
      'Open WhatsApp on the phone and look for a notice.',
      'Do not repeat it: that will not help, and may do harm.',
    ],
  },
  'not-available': {
    happened: 'Linking by code is not available for this account (452).',
    why: 'WhatsApp has not enabled it for every account.',
    todo: ['Link by QR code: “paircode link --qr”.'],
  },
  'passkey-required': {
    happened: 'WhatsApp asks this account for a passkey before a device may be linked.',
    why: 'Since 2026 some accounts are protected so. A passkey can only be confirmed on a page of WhatsApp’s own.',
    todo: ['Turn the passkey off in WhatsApp on the phone, link, and turn it on again.', 'Or link another account.'],
  },
  expired: {
    happened: 'Nobody finished linking in time.',
    why:
      'A code is valid for 3 minutes, and an attempt shows 3 of them at most. A mistyped character ends a code early: the phone ' +
      'cannot say so, it just falls silent.',
    todo: [
      'Start again with the phone unlocked and WhatsApp open at “Linked devices”.',
      'Read the code character by character.',
    ],
  },
  cancelled: {
    happened: 'The link was cancelled before the account was linked. Nothing was kept.',
    why: 'Ctrl-C was pressed, or the program was told to end.',
    todo: ['Start again when you are ready. A code that was shown before no longer works.'],
  },
}

const TRUST: Readonly<
  Record<'verification-failed' | 'untrusted-server' | 'outdated-version' | 'network' | 'server-error', Explanation>
> = {
  'verification-failed': {
    happened: 'The proof that belongs to the account was wrong, so nothing was stored.',
    why: 'Something between here and the phone changed what was sent, or the two sides did not mean the same link.',
    todo: [
      'Try again from a network that you trust, without a proxy.',
      'Look under “Linked devices” and log out what you do not know.',
    ],
  },
  'untrusted-server': {
    happened: 'The server could not prove that it is WhatsApp, so nothing was sent to it.',
    why:
      'A proxy or network looks into the connection, an emulator is used with the wrong root key, or the clock of this machine ' +
      'is so wrong that the certificate seems too old or too new.',
    todo: [
      'Check the clock of this machine: “paircode doctor” says how far it is off.',
      'Try without the proxy, or from another network.',
      'With an emulator: set PAIRCODE_ROOT_KEY to what it printed at its last start.',
    ],
  },
  'outdated-version': {
    happened: 'WhatsApp no longer accepts the version that this client says it is (405).',
    why: 'WhatsApp retires old versions of WhatsApp Web; paircode and baileys name one of them.',
    todo: ['Update both: “npm install paircode@latest baileys@latest”.'],
  },
  network: {
    happened: 'WhatsApp could not be reached, or stopped answering.',
    why: 'There is no connection, a firewall or proxy blocks web.whatsapp.com, or the line was lost on the way.',
    todo: [
      'See what is in the way: “paircode doctor”.',
      'Check that https://web.whatsapp.com opens in a browser on this machine.',
      'Try again.',
    ],
  },
  'server-error': {
    happened: 'WhatsApp had a fault of its own.',
    why: 'It said so (500), or its answer lacked what it must have. That passes by itself.',
    todo: ['Try again in a few minutes.'],
  },
}

const STORES: Readonly<
  Record<
    | 'session-busy'
    | 'store-error'
    | 'wrong-key'
    | 'newer-schema'
    | 'not-a-store'
    | 'not-linked'
    | 'lease-lost'
    | 'broken-folder'
    | 'bad-session',
    Explanation
  >
> = {
  'session-busy': {
    happened: 'Another program or task holds this session.',
    why: 'Two on one session throw each other out, for ever. So only one may hold it, over all programs that share the store.',
    todo: [
      'See which process it is: “paircode status <session>”.',
      'Close it: a bot, a server, another terminal. Or wait until it is done.',
    ],
  },
  'store-error': {
    happened: 'The store could not be read or written. What was acknowledged before is not lost.',
    why: 'The disk is full or read-only, this user may not write there, or the database server is away.',
    todo: ['See what is wrong: “paircode doctor”.', 'Do what the message says about the file.', 'Then try again.'],
  },
  'wrong-key': {
    happened: 'The store is sealed with another key. Nothing was touched.',
    why: 'PAIRCODE_KEY or PAIRCODE_KEY_FILE is not what the store was made with, or the key beside the database is gone.',
    todo: [
      'Set the key that the store was made with.',
      'Without a key of your own: bring back the folder <database>.key from the same backup as the database.',
      'After a change of keys: set the earlier one as PAIRCODE_KEY_OLD.',
    ],
  },
  'newer-schema': {
    happened: 'The store was written by a newer paircode. Nothing was touched.',
    why: 'It was opened by a newer version before, which changed its form.',
    todo: ['Update: “npm install paircode@latest”.'],
  },
  'not-a-store': {
    happened: 'What the address names is not a store of paircode. It was left as it is.',
    why: 'The path is misspelt, or names the file of another program.',
    todo: ['Use “sqlite:./sessions.db” for a file of your own, or leave PAIRCODE_STORE out.'],
  },
  'not-linked': {
    happened: 'There is no linked session of this name.',
    why: 'It was never linked in this store, it was removed, or another store is meant.',
    todo: ['See what is there: “paircode sessions”.', 'Link it: “paircode link --session <name>”.'],
  },
  'lease-lost': {
    happened: 'Another program took this session over while it was held here.',
    why: 'This one was stopped or cut off from the store for more than 10 seconds, so it counted as dead.',
    todo: ['See that only one program holds the session.', 'Start again.'],
  },
  'broken-folder': {
    happened: 'The folder with Baileys’ files cannot be imported as it is. Nothing was imported.',
    why: 'A file in it is cut off or missing, as after a crash in the middle of a write.',
    todo: [
      'See all that is wrong with it: “paircode doctor <folder>”.',
      'Mend or leave out the files that are named.',
      'Or link anew: “paircode link”.',
    ],
  },
  'bad-session': {
    happened: 'The stored login of this session cannot be used, so it went to the archive.',
    why: 'Parts of it are missing or contradict each other.',
    todo: ['Link it anew: “paircode link --session <name>”.'],
  },
}

const ENDS: Readonly<
  Record<'logged-out' | 'never-confirmed' | 'temporary-ban' | 'replaced' | 'refused' | typeof UNEXPECTED, Explanation>
> = {
  'logged-out': {
    happened: 'The session is no longer linked: its login was archived for 7 days, and is of no use any more.',
    why: 'Somebody logged it out under “Linked devices”, the phone was not used for 14 days, or WhatsApp unlinked it.',
    todo: ['Link it anew: “paircode link --session <name>”.'],
  },
  'never-confirmed': {
    happened: 'The phone does not know this device, although a link had begun. What was stored of it was archived.',
    why: 'The link was cut off in its very last step, before the phone took it as done.',
    todo: ['Link it anew: “paircode link --session <name>”.'],
  },
  'temporary-ban': {
    happened: 'WhatsApp has banned this account for some time (402). The session stays stored.',
    why: 'Usually for writing to strangers, to many groups, or the same text to many.',
    todo: [
      'Wait until the ban is over: it was named with the state.',
      'Change what led to it, or the next ban is longer.',
    ],
  },
  replaced: {
    happened: 'The same session was opened somewhere else, so it was closed here. It stays linked.',
    why: 'A copy of its login runs elsewhere: another store, a copied folder, an older bot.',
    todo: ['Close the other one.', 'Then connect again: “paircode connect <session>”.'],
  },
  refused: {
    happened:
      'WhatsApp refused the login for a reason that nobody can do anything about here. The session stays stored.',
    why: 'WhatsApp gave a reason that is meant for other clients, or none at all.',
    todo: ['Try again later.', 'If it stays: run it with PAIRCODE_LOG=debug and report the reason.'],
  },
  unexpected: {
    happened: 'Something happened that nobody foresaw: a fault of paircode.',
    why: 'The message is all that is known.',
    todo: ['Try again.', 'If it stays: run it with PAIRCODE_LOG=debug, and report what it says. The log is masked.'],
  },
}

export const EXPLANATIONS: Readonly<Record<Explained, Explanation>> = {
  ...PHONE_AND_LINK,
  ...ANSWERS,
  ...TRUST,
  ...STORES,
  ...ENDS,
}

export const EXPLAINED = Object.keys(EXPLANATIONS) as readonly Explained[]

export function isExplained(code: string): code is Explained {
  return Object.hasOwn(EXPLANATIONS, code)
}
