// Pure. What a session is called that comes from a folder.
import { defaultSessionName } from '../link/session-names.ts'

/** Words that Baileys' own examples, and most bots, put into the names of such folders. */
const OF_EVERY_FOLDER =
  /\b(auth|info|baileys|session|sessions|creds|credentials|multi|file|files|state|store|data|md|wa|whatsapp|bot|tmp)\b/g

/** From the name of the folder, without what every such folder is called: `auth_info_baileys` → `main`, `auth_sales` → `sales`. */
export function sessionNameOfFolder(path: string): string {
  const name = path.split(/[/\\]/).findLast((part) => part !== '' && part !== '.' && part !== '..') ?? ''
  // Folders are often called by the number, which is not for everybody's eyes.
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .replace(OF_EVERY_FOLDER, ' ')
    .replace(/\d{5,}/g, ' ')
  return defaultSessionName(words.trim())
}
