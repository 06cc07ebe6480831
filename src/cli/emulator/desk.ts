// Carries out the orders: whoever sits here is the person with the phones, and the one who makes WhatsApp misbehave.
import { type Emulator, type Phone, PhoneError } from '../../emulator/index.ts'
import { maskNumbers } from '../../session/log-masking.ts'
import { maskedNumberOf, maskJid } from '../printing/masking.ts'
import type { Mark, Message } from '../printing/printer.ts'
import { ORDERS, type Order } from './order.ts'

export interface Desk {
  /** Resolves when it was carried out; what came of it has been told. Never rejects. */
  carryOut(order: Order): Promise<void>
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

  const owned = (number: string | undefined): OwnedPhone => {
    const found = number === undefined ? recent : phones.get(number.replace(/\D/g, ''))
    if (found === undefined) throw new RangeError('there is no such phone yet: phone <number>')
    recent = found
    return found
  }

  const addPhone = ({ number, platform, passkey }: Extract<Order, { kind: 'phone' }>): void => {
    const digits = number.replace(/\D/g, '')
    const added = { phone: emulator.addPhone(number, { platform, passkey }), name: maskedNumberOf(digits) }
    phones.set(digits, added)
    recent = added
    tell({ type: 'phone', phone: added.name, platform }, `Phone ${added.name} (${platform}) is there.`, 'done')
    void watch(added.phone.prompted, ({ device }) => {
      recent = added
      const text = `Phone ${added.name}: a notification asks for the code of ${device}. Type:  enter <code>`
      tell({ type: 'prompted', phone: added.name, device }, text, 'warning')
    })
    void watch(added.phone.received, ({ from, text }) => {
      tell(
        { type: 'received', phone: added.name, from: maskJid(from), text },
        `Phone ${added.name}: ${maskedNumberOf(from)} writes: ${text}`,
        'step',
      )
    })
  }

  const linked = async ({ name }: OwnedPhone, linking: Promise<{ readonly jid: string }>): Promise<void> => {
    const { jid } = await linking
    tell({ type: 'linked', phone: name, jid: maskJid(jid) }, `Phone ${name}: linked ${maskJid(jid)}.`, 'done')
  }

  const listDevices = ({ phone, name }: OwnedPhone): void => {
    const devices = phone.linkedDevices()
    const lines = devices.map(
      (one) => `  ${one.name} (${one.platform}), ${one.online ? 'online' : 'offline'}, ${one.jid}`,
    )
    const text = `Phone ${name}, Linked devices:\n${lines.length === 0 ? '  none' : lines.join('\n')}`
    tell({ type: 'devices', phone: name, devices: devices.map((one) => ({ ...one, jid: maskJid(one.jid) })) }, text)
  }

  const misbehave = (
    order: Extract<Order, { kind: 'fail' | 'hold' | 'disconnect' | 'tamper' | 'stream-error' }>,
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
      case 'stream-error':
        emulator.streamError(order.code, order.target)
    }
    tell({ type: 'set', order: order.kind }, 'Set.', 'done')
  }

  const run = async (order: Order): Promise<void> => {
    switch (order.kind) {
      case 'nothing':
      case 'quit':
        return
      case 'help':
        return tell({ type: 'help', orders: ORDERS.split('\n') }, ORDERS)
      case 'wrong':
        throw new RangeError(order.message)
      case 'phone':
        return addPhone(order)
      case 'enter': {
        const own = owned(order.number)
        return linked(own, own.phone.enterCode(order.code))
      }
      case 'scan': {
        const own = owned(order.number)
        return linked(own, own.phone.scanQr(order.data))
      }
      case 'send':
        await owned(order.from).phone.send(order.to, order.text)
        return tell({ type: 'sent' }, 'Sent.', 'done')
      case 'devices':
        return listDevices(owned(order.number))
      case 'unlink':
        await owned(order.number).phone.unlink(order.jid)
        return tell({ type: 'unlinked' }, 'Logged out.', 'done')
      case 'advance':
        await emulator.advance(order.ms)
        return tell({ type: 'advanced', ms: order.ms }, `It is ${order.ms / 1000} seconds later.`, 'done')
      default:
        return misbehave(order)
    }
  }

  return {
    async carryOut(order) {
      try {
        await run(order)
      } catch (thrown) {
        const reason = maskNumbers(thrown instanceof Error ? thrown.message : String(thrown))
        const code = thrown instanceof PhoneError ? thrown.code : 'wrong-order'
        tell({ type: 'not-done', order: order.kind, code, reason }, `Not done: ${reason}.`, 'warning')
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
