// Baileys' own store gives its app-state keys as the protobuf class (use-multi-file-auth-state), whoever reads them may use
// its methods, and so they come from here as well.
import type { proto } from 'baileys'

let loading: Promise<typeof proto | undefined> | undefined

/**
 * The same values as `proto.Message.AppStateSyncKeyData`. Whoever asks for them runs a socket, and has loaded Baileys long
 * ago; where it is installed under another name alone, they stay plain objects.
 */
export async function asAppStateKeys(found: ReadonlyMap<string, unknown>): Promise<ReadonlyMap<string, unknown>> {
  if (found.size === 0) return found
  loading ??= import('baileys').then(
    (baileys) => baileys.proto,
    () => undefined,
  )
  const classes = await loading
  if (classes === undefined) return found
  const keys = [...found].map(([id, value]): [string, unknown] => [
    id,
    isObject(value) ? classes.Message.AppStateSyncKeyData.fromObject(value) : value,
  ])
  return new Map(keys)
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null
}
