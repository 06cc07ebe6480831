import { LinkError } from '../../errors.ts'

/**
 * The path of a folder, when it can be one.
 * @throws LinkError invalid-options
 */
export function checkedPath(folder: unknown): string {
  if (typeof folder === 'string' && folder !== '' && !folder.includes('\0')) return folder
  throw new LinkError('invalid-options', 'folder must be the path of a folder', {
    advice: 'Give the path of the folder as a string, for example ./auth.',
  })
}
