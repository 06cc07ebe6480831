// Whose login a folder holds, before anything is imported or opened.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { brokenFile } from '../../store/folder/broken.ts'
import { readBufferJson } from '../../store/folder/buffer-json.ts'
import { CREDENTIALS_LOST, checkedCredentials } from '../../store/folder/check.ts'
import { CREDENTIALS_FILE } from '../../store/folder/file-names.ts'
import { checkedPath } from '../../store/folder/path.ts'
import { contentOf, resolvedFolder, WHICH_FOLDER } from '../../store/folder/read.ts'

export interface FolderPeek {
  readonly jid: string
  /** When creds.json was written, ms since the epoch. */
  readonly changedAt: number
}

/** @throws StoreError `broken-folder` · LinkError `invalid-options` */
export async function peekIntoFolder(folder: string): Promise<FolderPeek> {
  const path = join(await resolvedFolder(checkedPath(folder)), CREDENTIALS_FILE)
  const content = await contentOf(path)
  if (!content.ok) {
    const advice = content.defect.what === 'is missing' ? WHICH_FOLDER : CREDENTIALS_LOST
    throw brokenFile(CREDENTIALS_FILE, { advice, ...content.defect })
  }
  const checked = checkedCredentials(parsed(content.text))
  if (!checked.ok) throw brokenFile(CREDENTIALS_FILE, checked.defect)
  return { jid: checked.credentials.me?.id ?? '', changedAt: (await stat(path)).mtimeMs }
}

function parsed(text: string): unknown {
  try {
    return readBufferJson(text)
  } catch {
    const what = 'does not hold what Baileys writes: it is cut off or damaged'
    throw brokenFile(CREDENTIALS_FILE, { what, advice: CREDENTIALS_LOST })
  }
}
