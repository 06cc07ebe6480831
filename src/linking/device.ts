// Pure. How the companion presents itself: a name for Linked devices, and apart from it a browser and an operating system
// that WhatsApp knows. A brand in the latter is what WhatsApp answers with 400 (Baileys #2769).
import { LinkError } from '../errors.ts'

export type Browser = 'Chrome' | 'Edge' | 'Firefox' | 'Opera' | 'Safari'
export type OperatingSystem = 'Windows' | 'Mac OS' | 'Linux'

export interface DeviceOptions {
  /** Shown in Linked devices. 1 to 64 characters; default `Paircode`. */
  readonly name?: string
  /** Shown on the phone's prompt. Default `Chrome`. */
  readonly browser?: Browser
  /** Shown on the phone's prompt. Default: of this machine. */
  readonly os?: OperatingSystem
}

export interface Device {
  readonly name: string
  readonly browser: Browser
  readonly os: OperatingSystem
  /** `Browser (OS)`: what the phone's prompt says. */
  readonly display: string
  /** One character; used in the QR text and in stage 1. Another number space than `platformType`. */
  readonly companionPlatformId: string
  /** `DeviceProps.PlatformType`; used at registration, picks the icon. */
  readonly platformType: number
}

// docs/protocol.md section 1.5: two number spaces, never mixed.
const COMPANION_PLATFORM_ID: Readonly<Record<Browser, string>> = {
  Chrome: '1',
  Edge: '2',
  Firefox: '3',
  Opera: '5',
  Safari: '6',
}
const PLATFORM_TYPE: Readonly<Record<Browser, number>> = { Chrome: 1, Edge: 6, Firefox: 2, Opera: 4, Safari: 5 }
const OPERATING_SYSTEMS: readonly OperatingSystem[] = ['Windows', 'Mac OS', 'Linux']

const DEFAULT_NAME = 'Paircode'
const MAX_NAME = 64

/** Anywhere in a name, also with spaces or dots between the letters. */
const IMPOSTOR_SUBSTRINGS = ['whatsapp', 'watsapp', 'whatsap', 'facebook', 'instagram']
/** As a word of its own: `Metal Works` is an honest name, `Meta Support` is not. */
const IMPOSTOR_WORDS = [
  'meta',
  'google',
  'chrome',
  'chromium',
  'mozilla',
  'firefox',
  'microsoft',
  'apple',
  'opera',
  'vivaldi',
]
/** Ordinary words too, so only as the whole name, with or without `browser`. */
const IMPOSTOR_NAMES = ['edge', 'safari', 'brave']

/**
 * @param platform as `process.platform`; an operating system that WhatsApp does not know becomes Linux
 * @throws LinkError invalid-device
 */
export function resolveDevice(options: DeviceOptions | undefined, platform: string): Device {
  const name = checkedName(options?.name ?? DEFAULT_NAME)
  const browser = options?.browser ?? 'Chrome'
  const os = options?.os ?? operatingSystemOf(platform)
  if (!Object.hasOwn(PLATFORM_TYPE, browser))
    throw new LinkError('invalid-device', `device.browser must be one of ${Object.keys(PLATFORM_TYPE).join(', ')}`, {
      advice: 'Put your own name into device.name; the browser must be one that WhatsApp knows.',
    })
  if (!OPERATING_SYSTEMS.includes(os))
    throw new LinkError('invalid-device', `device.os must be one of ${OPERATING_SYSTEMS.join(', ')}`)
  return {
    name,
    browser,
    os,
    display: `${browser} (${os})`,
    companionPlatformId: COMPANION_PLATFORM_ID[browser],
    platformType: PLATFORM_TYPE[browser],
  }
}

function operatingSystemOf(platform: string): OperatingSystem {
  if (platform === 'win32') return 'Windows'
  return platform === 'darwin' ? 'Mac OS' : 'Linux'
}

/** Joiners that belong to a script or an emoji; between Latin letters they only hide. */
const JOINERS = /(?<=[^\p{ASCII}\p{Script=Latin}])[\u200c\u200d](?=[^\p{ASCII}\p{Script=Latin}])/gu

function checkedName(given: unknown): string {
  if (typeof given !== 'string') throw new LinkError('invalid-device', 'device.name must be text')
  const name = given.trim()
  if (name.length === 0 || [...name].length > MAX_NAME)
    throw new LinkError('invalid-device', `device.name must have 1 to ${MAX_NAME} characters`)
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name.replace(JOINERS, '')))
    throw new LinkError(
      'invalid-device',
      'device.name must not hold control, invisible or direction-changing characters',
      {
        advice: 'Choose a name of plain letters, digits, spaces and punctuation.',
      },
    )
  if (posesAsAnother(name))
    throw new LinkError('invalid-device', 'device.name must not pose as WhatsApp, Meta, Facebook or a browser vendor', {
      advice: 'Name your bot or your company: people decide by this name whether to keep the link.',
    })
  return name
}

function posesAsAnother(name: string): boolean {
  const words = skeleton(name)
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const joined = words.join('')
  if (IMPOSTOR_SUBSTRINGS.some((impostor) => joined.includes(impostor))) return true
  if (IMPOSTOR_WORDS.some((impostor) => words.includes(impostor) || joined === impostor)) return true
  return IMPOSTOR_NAMES.includes(words.filter((word) => word !== 'browser' && word !== 'web').join(''))
}

// Letters of other scripts, and digits, that are read as Latin letters. Not the whole Unicode confusables table: the ones
// that the impostor names above can be written with.
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  х: 'x',
  у: 'y',
  к: 'k',
  м: 'm',
  т: 't',
  в: 'b',
  н: 'h',
  ѕ: 's',
  і: 'i',
  ѡ: 'w',
  ԝ: 'w',
  ɡ: 'g',
  ɢ: 'g',
  ɑ: 'a',
  ı: 'i',
  ⅼ: 'l',
  ӏ: 'l',
  ց: 'g',
  α: 'a',
  μ: 'm',
  η: 'n',
  υ: 'u',
  γ: 'y',
  χ: 'x',
  σ: 'o',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  ε: 'e',
  κ: 'k',
  ν: 'v',
  ι: 'i',
  ω: 'w',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
}

function skeleton(name: string): string {
  const folded = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return [...folded]
    .map((character) => LOOK_ALIKES[character] ?? character)
    .join('')
    .replaceAll('vv', 'w')
}
