// Pure. The file names of Baileys' useMultiFileAuthState and back. A key of type T with the id I is in the file
// `T-I.json`, where every `/` became `__` and every `:` became `-`: a name with neither `__` nor `-` stands for itself,
// any other only as far as the ids of its type have a form.
import type { SignalDataTypeMap } from 'baileys'

export const CREDENTIALS_FILE = 'creds.json'

/** `known`: a type that Baileys writes. */
export interface FileKey {
  readonly type: string
  readonly id: string
  readonly known: boolean
}

export type NamedKey = { readonly ok: true; readonly key: FileKey } | { readonly ok: false; readonly reason: string }

export function fileNameOf(type: string, id: string): string {
  return `${type}-${id}.json`.replaceAll('/', '__').replaceAll(':', '-')
}

/** The key that a file holds, by its name. Where a key comes back, `fileNameOf` gives the same name again. */
export function keyOf(file: string): NamedKey {
  const stem = file.endsWith(SUFFIX) ? file.slice(0, -SUFFIX.length) : ''
  if (!stem.includes('-')) return { ok: false, reason: 'not a file that Baileys writes' }
  const type = TYPES.find((candidate) => stem.startsWith(`${candidate}-`))
  if (type === undefined) return unknownKey(stem)
  const name = stem.slice(type.length + 1)
  const id = isPlain(name) ? name : IDS[type](name)
  return id === undefined ? AMBIGUOUS : { ok: true, key: { type, id, known: true } }
}

const SUFFIX = '.json'

const AMBIGUOUS: NamedKey = { ok: false, reason: 'its name can stand for more than one key' }

/** The first dash of a type that nobody knows may be its own: only a name with one dash is clear. */
function unknownKey(stem: string): NamedKey {
  const [type = '', id = '', ...more] = stem.split('-')
  if (more.length > 0 || stem.includes('__')) return AMBIGUOUS
  return { ok: true, key: { type, id, known: false } }
}

function isPlain(name: string): boolean {
  return !name.includes('-') && !name.includes('__')
}

type Type = keyof SignalDataTypeMap

/** Every id of the type is plain: a counter, a name, or the user and device of a signal address. */
const plainOnly = (): undefined => undefined

/** The ids as Baileys 7 makes them; those that are not plain, from their names. */
const IDS: { readonly [T in Type]: (name: string) => string | undefined } = {
  'pre-key': plainOnly, // a counter
  session: plainOnly, // lib/Signal/libsignal.js: 12025550123.0, 12025550123_1.5
  'identity-key': plainOnly,
  'sender-key': senderKeyId,
  'sender-key-memory': jid,
  'app-state-sync-key': base64,
  'app-state-sync-version': plainOnly, // critical_block, regular_low, …
  'lid-mapping': plainOnly, // lib/Signal/lid-mapping.js: 12025550123, 987654321098765_reverse
  'device-list': plainOnly, // a user without server
  // lib/Utils/tc-token-utils.js: jids, and a list of them under `__index`, which has underscores of its own
  tctoken: (name) => (name === '__index' ? name : jid(name)),
}

/** `sender-key-memory` before `sender-key`. */
const TYPES = (Object.keys(IDS) as Type[]).sort((a, b) => b.length - a.length)

/**
 * The dash in `12025550123-1400000000@g.us` (groups made before 2021) is its own; in front of a device it was a colon.
 * No jid has both.
 */
function jid(name: string): string | undefined {
  if (/^\d+-\d+@g\.us$/.test(name)) return name
  const [, user, rest] = /^(\d+(?:_\d+)?)-(\d+@(?:s\.whatsapp\.net|lid|hosted|hosted\.lid|c\.us))$/.exec(name) ?? []
  return user === undefined ? undefined : `${user}:${rest}`
}

/** lib/Signal/Group/sender-key-name.js: `<jid of the group>::<user of the sender>::<device of the sender>` */
function senderKeyId(name: string): string | undefined {
  const [, group = '', user, device] = /^(.+@[a-z.]+)--(\d+(?:_\d+)?)--(\d+)$/.exec(name) ?? []
  const groupId = isPlain(group) ? group : jid(group)
  return user === undefined || groupId === undefined ? undefined : `${groupId}::${user}::${device}`
}

/** Base64 has neither dashes nor underscores, so every pair of underscores was a slash. */
function base64(name: string): string | undefined {
  const id = name.replaceAll('__', '/')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(id) ? id : undefined
}
