// A bot that answers each text with the same text: for trying out.
import type { WAMessage, WASocket } from 'baileys'

export interface Echoed {
  readonly jid: string
  readonly text: string
}

/** Answers texts of people who write to the account; not its own, no groups, nothing that came while it was offline. */
export function echo(
  socket: WASocket,
  told: { readonly onEcho: (echoed: Echoed) => void; readonly onError: (cause: unknown) => void },
): void {
  socket.ev.on('messages.upsert', ({ type, messages }) => {
    if (type !== 'notify') return
    for (const message of messages) void answer(socket, message, told.onEcho).catch(told.onError)
  })
}

async function answer(socket: WASocket, message: WAMessage, onEcho: (echoed: Echoed) => void): Promise<void> {
  const jid = message.key.remoteJid
  const text = textOf(message)
  if (jid == null || text === undefined || message.key.fromMe === true || !isPerson(jid)) return
  await socket.sendMessage(jid, { text })
  onEcho({ jid: message.key.remoteJidAlt ?? jid, text })
}

function textOf({ message }: WAMessage): string | undefined {
  return message?.conversation ?? message?.extendedTextMessage?.text ?? undefined
}

function isPerson(jid: string): boolean {
  return /@(s\.whatsapp\.net|lid)$/.test(jid)
}
