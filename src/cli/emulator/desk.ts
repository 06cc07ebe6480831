// Carries out the orders: whoever sits here is the person with the phones, and the one who makes WhatsApp misbehave.
import { type Emulator, type Phone, PhoneError } from '../../emulator/index.ts'
import { maskNumbers } from '../../session/log-masking.ts'
import { maskedNumberOf, maskJid } from '../printing/masking.ts'
import type { Mark, Message } from '../printing/printer.ts'
import { ORDERS, type Order } from './order.ts'

export interface Desk {
  /**
   * Resolves when it was carried out; what came of it has been told, to `answer` if there is one. What phones see afterwards is
   * told as ever. Never rejects.
   */
  carryOut(order: Order, answer?: Tell): Promise<void>
}

export type Tell = (message: Message, text: string, mark?: Mark) => void

interface OwnedPhone {
  readonly phone: Phone
  /** Masked. */
  readonly name: string
}

/** `quit` is not for here: whoever reads the orders ends. */
export function createDesk(emulator: Emulator, tell: Tell): Desk {
  const phones = new Map<string, OwnedPhone>()
  let recent: OwnedPhone | undefined

  /** One that was added on the phone page is as good. */
  const fromPage = (digits: string): OwnedPhone | undefined => {
    const phone = emulator.phones.find(({ number }) => number === `+${digits}`)
    return phone && adopt(phone, digits)
  }

  const owned = (number: string | undefined): OwnedPhone => {
    const digits = number?.replace(/\D/g, '')
    const found = digits === undefined ? recent : (phones.get(digits) ?? fromPage(digits))
    if (found === undefined) throw new RangeError('there is no such phone yet: phone <number>')
    recent = found
    return found
  }

  const addPhone = ({ number, platform, passkey }: Extract<Order, { kind: 'phone' }>, say: Tell): void => {
    const added = adopt(emulator.addPhone(number, { platform, passkey }), number.replace(/\D/g, ''))
    recent = added
    say({ type: 'phone', phone: added.name, platform }, `Phone ${added.name} (${platform}) is there.`, 'done')
  }

  const adopt = (phone: Phone, digits: string): OwnedPhone => {
    const added = { phone, name: maskedNumberOf(digits) }
    phones.set(digits, added)
    void watch(added.phone.prompted, ({ device }) => {
      recent = added
      const text = `Phone ${added.name}: a notification asks for the code of ${device}. Type:  enter <code>`
      tell({ type: 'prompted', phone: added.name, device }, text, 'warning')
    })
    void watch(added.phone.comparison, ({ code }) => {
      const text = `Phone ${added.name}: compare this code with the companion’s: ${code}`
      tell({ type: 'comparison', phone: added.name, code }, text, 'warning')
    })
    void watch(added.phone.received, ({ from, text }) => {
      tell(
        { type: 'received', phone: added.name, from: maskJid(from), text },
        `Phone ${added.name}: ${maskedNumberOf(from)} writes: ${text}`,
        'step',
      )
    })
    return added
  }

  const linked = async ({ name }: OwnedPhone, linking: Promise<{ readonly jid: string }>, say: Tell): Promise<void> => {
    const { jid } = await linking
    say({ type: 'linked', phone: name, jid: maskJid(jid) }, `Phone ${name}: linked ${maskJid(jid)}.`, 'done')
  }

  const listDevices = ({ phone, name }: OwnedPhone, say: Tell): void => {
    const devices = phone.linkedDevices()
    const lines = devices.map(
      (one) => `  ${one.name} (${one.platform}), ${one.online ? 'online' : 'offline'}, ${one.jid}`,
    )
    const text = `Phone ${name}, Linked devices:\n${lines.length === 0 ? '  none' : lines.join('\n')}`
    say({ type: 'devices', phone: name, devices: devices.map((one) => ({ ...one, jid: maskJid(one.jid) })) }, text)
  }

  const misbehave = (
    order: Extract<Order, { kind: 'fail' | 'hold' | 'disconnect' | 'tamper' | 'reorder' | 'stream-error' }>,
    say: Tell,
  ): void => {
    switch (order.kind) {
      case 'fail':
        emulator.fail(order)
        break
      case 'hold':
        emulator.hold({ at: order.at, ...(order.ms === undefined ? {} : { ms: order.ms }) })
        break
      case 'disconnect':
        emulator.disconnect(order)
        break
      case 'tamper':
        emulator.tamper(order)
        break
      case 'reorder':
        emulator.reorder(order)
        break
      case 'stream-error':
        emulator.streamError(order.code, order.target)
    }
    say({ type: 'set', order: order.kind }, 'Set.', 'done')
  }

  const run = async (order: Order, say: Tell): Promise<void> => {
    switch (order.kind) {
      case 'nothing':
      case 'quit':
        return
      case 'help':
        return say({ type: 'help', orders: ORDERS.split('\n') }, ORDERS)
      case 'wrong':
        throw new RangeError(order.message)
      case 'phone':
        return addPhone(order, say)
      case 'enter': {
        const own = owned(order.number)
        return linked(own, own.phone.enterCode(order.code), say)
      }
      case 'scan': {
        const own = owned(order.number)
        return linked(own, own.phone.scanQr(order.data), say)
      }
      case 'send':
        await owned(order.from).phone.send(order.to, order.text)
        return say({ type: 'sent' }, 'Sent.', 'done')
      case 'devices':
        return listDevices(owned(order.number), say)
      case 'unlink':
        await owned(order.number).phone.unlink(order.jid)
        return say({ type: 'unlinked' }, 'Logged out.', 'done')
      case 'advance':
        await emulator.advance(order.ms)
        return say({ type: 'advanced', ms: order.ms }, `It is ${order.ms / 1000} seconds later.`, 'done')
      case 'confirm': {
        const assertion = owned(order.number).phone.confirmPasskey(order.options)
        return say({ type: 'confirmed', assertion }, JSON.stringify(assertion))
      }
      default:
        return misbehave(order, say)
    }
  }

  return {
    async carryOut(order, answer = tell) {
      try {
        await run(order, answer)
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown)
        const reason = order.kind === 'wrong' ? message : maskNumbers(message)
        const code = thrown instanceof PhoneError ? thrown.code : 'wrong-order'
        answer({ type: 'not-done', order: order.kind, code, reason }, `Not done: ${reason}.`, 'warning')
      }
    },
  }
}

/** Until the emulator stops, which rejects. */
async function watch<Item>(next: () => Promise<Item>, tell: (item: Item) => void): Promise<void> {
  try {
    for (;;) tell(await next())
  } catch (thrown) {
    if (!(thrown instanceof PhoneError)) throw thrown
  }
}
