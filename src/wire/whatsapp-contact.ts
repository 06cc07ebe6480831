// Whether this process ever opened a socket to WhatsApp itself. An emulator replaces Baileys' trust root for the whole
// process, which must not happen under a connection to the real service.
let contacted = false

export function noteWhatsAppContact(): void {
  contacted = true
}

export function whatsAppWasContacted(): boolean {
  return contacted
}
