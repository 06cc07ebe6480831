// The handshakes that are recorded, each as what people, phones and WhatsApp do.
import type { Emulator, Phone } from '../../../src/emulator/index.ts'
import type { LinkEvent } from '../../../src/linking/events.ts'
import type { AttemptOptions } from '../../../src/linking/link.ts'

export interface Recording {
  readonly emulator: Emulator
  readonly phone: Phone
  /** The link's own time. */
  advance(ms: number): Promise<void>
  /** The first event of this type, or the `nth`. */
  event<Type extends LinkEvent['type']>(type: Type, nth?: number): Promise<Extract<LinkEvent, { type: Type }>>
}

export interface Handshake {
  readonly name: string
  readonly about: string
  readonly options?: Partial<AttemptOptions['checked']>
  /** By QR code alone: the attempt has no number. */
  readonly withoutNumber?: true
  /** Before the attempt begins. */
  readonly prepare?: (emulator: Emulator) => void
  readonly play?: (recording: Recording) => Promise<unknown>
  /** How it ends: the code of the error, or undefined when it is linked. */
  readonly fails?: string
}

const ignore = (): void => {}
const typed = async ({ phone, event }: Recording, nth = 1): Promise<void> => {
  await phone.enterCode((await event('code', nth)).code)
}

const refused = (code: number, text: string, fails: string): Handshake => ({
  name: `refused-${code}`,
  about: `WhatsApp refuses the code request with ${code} ${text}.`,
  options: { retry: { attempts: 1, delayMs: 0, maxDelayMs: 0 } },
  prepare: (emulator) => emulator.fail({ at: 'companion_hello', code, text }),
  fails,
})

export const HANDSHAKES: readonly Handshake[] = [
  { name: 'link-by-code', about: 'A code is typed and links.', play: typed },
  {
    name: 'link-by-qr',
    about: 'A QR code is scanned and links.',
    withoutNumber: true,
    options: { qr: true },
    play: async ({ phone, event }) => phone.scanQr((await event('qr')).data),
  },
  refused(400, 'bad-request', 'rejected'),
  refused(403, 'forbidden', 'forbidden'),
  refused(429, 'rate-overlimit', 'rate-limited'),
  refused(452, 'feature-not-available', 'not-available'),
  {
    name: 'refresh-code',
    about: 'WhatsApp takes the code back when the phone answers (refresh_code); the next code links.',
    prepare: (emulator) => emulator.tamper({ at: 'primary_hello', with: 'refresh' }),
    play: async (recording) => {
      await typed(recording).catch(ignore)
      await typed(recording, 2)
    },
  },
  {
    name: 'companion-reg-refresh',
    about: 'A scan is lost because WhatsApp wants a new secret (companion_reg_refresh); the new picture links.',
    withoutNumber: true,
    options: { qr: true },
    prepare: (emulator) => emulator.tamper({ at: 'pair_success', with: 'companion-reg-refresh' }),
    play: async ({ phone, event }) => {
      await phone.scanQr((await event('qr')).data).catch(ignore)
      await phone.scanQr((await event('qr', 2)).data)
    },
  },
  {
    name: 'wrong-code-then-right',
    about: 'A mistyped code, then the right one within its minute: two companion_finish, the second links.',
    play: async (recording) => {
      const { code } = await recording.event('code')
      await recording.phone.enterCode(`${code.slice(0, 8)}${code.endsWith('Z') ? 'Y' : 'Z'}`).catch(ignore)
      await typed(recording)
    },
  },
  {
    name: 'expired-then-second-hello',
    about: 'Nobody types the first code within 180 s; a second companion_hello on the same connection links.',
    play: async (recording) => {
      await recording.event('code')
      await recording.advance(180_000)
      await typed(recording, 2)
    },
  },
  {
    name: 'passkey',
    about: 'The account asks for a passkey in the place of the phone’s keys; the codes are compared, and it links.',
    options: { passkey: 'wait' },
    prepare: (emulator) => emulator.tamper({ at: 'primary_hello', with: 'passkey' }),
    play: async (recording) => {
      const linked = typed(recording)
      const { options, respond } = await recording.event('passkey')
      await respond(recording.phone.confirmPasskey(options))
      await (await recording.event('verify')).confirm()
      await linked
    },
  },
]
