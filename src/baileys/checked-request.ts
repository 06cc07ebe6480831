// What a caller of requestCode() may say, checked before anything is touched.
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import { type Device, type DeviceOptions, resolveDevice } from '../linking/device.ts'
import { capable, invalid } from '../linking/option-values.ts'
import { isLoopback } from '../wire/endpoint.ts'

export interface CodeRequestOptions {
  /**
   * Shown on the phone's prompt: Chrome (default), Edge, Firefox, Opera or Safari. The name of your bot belongs into
   * `makeWASocket({ browser: ['Your bot', 'Chrome', ''] })`: that is what Linked devices shows.
   */
  readonly browser?: string | undefined
  /** Shown on the phone's prompt: Windows, Mac OS or Linux. Default: of this machine. A distribution counts as Linux. */
  readonly os?: string | undefined
  /** Gives the request up as `cancelled`. Once the code is there it does nothing more. */
  readonly signal?: AbortSignal | undefined
}

export interface CheckedPhone {
  /** International, without the plus. */
  readonly digits: string
  readonly accountKey: string
}

/** @throws LinkError invalid-options · invalid-device · cancelled */
export function checkOptions(socket: WASocket, options: CodeRequestOptions): Device {
  capable(socket, 'socket', ['sendNode', 'generateMessageTag'])
  if (socket?.ws === undefined || socket.ev === undefined || socket.authState?.creds === undefined)
    throw invalid('requestCode() takes the socket that makeWASocket() gave')
  if (typeof options !== 'object' || options === null) throw invalid('the options must be an object')
  capable(options.signal, 'signal', ['addEventListener', 'removeEventListener'])
  const device = checkedDevice(options)
  if (options.signal?.aborted === true) throw cancelled(options.signal)
  return device
}

export function cancelled(signal: AbortSignal): LinkError {
  return new LinkError('cancelled', 'the code request was cancelled', { cause: signal.reason })
}

/** An account in the credentials means that this socket logs in instead of registering: there is nothing to link. */
export function refuseLinked({ me, account }: WASocket['authState']['creds']): void {
  if (me === undefined) return
  if (account !== undefined)
    throw new LinkError('session-exists', 'the credentials of this socket are linked already', {
      advice: 'Use the socket as it is: it is linked. For another account make a socket with other credentials.',
    })
  throw new LinkError('session-exists', 'the credentials name an account, but were never linked', {
    advice:
      'An earlier attempt left half of a link, which WhatsApp refuses with 401. Delete these credentials, make a socket ' +
      'with new ones, and ask for the code with requestCode() alone.',
  })
}

/**
 * Phone metadata costs 45 ms at import, so it is loaded only now.
 * @throws LinkError invalid-phone
 */
export async function checkedPhone(phone: unknown, url: URL | string | undefined): Promise<CheckedPhone> {
  if (typeof phone !== 'string') throw new LinkError('invalid-phone', 'the phone must be text')
  const [{ parsePhone }, { isReservedExample }] = await Promise.all([
    import('../phone/parse.ts'),
    import('../phone/reserved.ts'),
  ])
  const parsed = parsePhone(phone)
  if (!parsed.ok)
    throw new LinkError('invalid-phone', `the number cannot be used (${parsed.reason})`, { advice: parsed.advice })
  if (!goesToThisMachine(url) && isReservedExample(parsed.e164))
    throw new LinkError('invalid-phone', 'that is an example number', {
      advice: 'Give the number of the phone that has WhatsApp; example numbers work with the emulator only.',
    })
  return { digits: parsed.digits, accountKey: parsed.accountKey }
}

/** Whether a socket goes to an emulator on this machine. What cannot be read counts as WhatsApp. */
export function goesToThisMachine(url: URL | string | undefined): boolean {
  return url !== undefined && URL.canParse(String(url)) && isLoopback(new URL(String(url)).hostname)
}

/** docs/protocol.md section 3: how distributions are spelled on other machines, Baileys' own presets among them. */
const OPERATING_SYSTEMS = new Map([
  ['windows', 'Windows'],
  ['mac os', 'Mac OS'],
  ['macos', 'Mac OS'],
  ['linux', 'Linux'],
  ['ubuntu', 'Linux'],
  ['debian', 'Linux'],
  ['fedora', 'Linux'],
  ['arch linux', 'Linux'],
])

/** WhatsApp answers 400 to every browser or system that it does not know (Baileys #2769), so nothing else goes out. */
function checkedDevice({ browser, os }: CodeRequestOptions): Device {
  const known = typeof os === 'string' ? (OPERATING_SYSTEMS.get(os.toLowerCase()) ?? os) : os
  // Held against the lists by resolveDevice itself.
  const given = { ...(browser === undefined ? {} : { browser }), ...(known === undefined ? {} : { os: known }) }
  try {
    return resolveDevice(given as DeviceOptions, process.platform)
  } catch (cause) {
    if (!(cause instanceof LinkError)) throw cause
    throw new LinkError('invalid-device', cause.message.replace('device.', ''), {
      cause,
      advice:
        'The prompt names a browser and a system that WhatsApp knows. Your own name belongs into ' +
        'makeWASocket({ browser: [name, "Chrome", ""] }).',
    })
  }
}
