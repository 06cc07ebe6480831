import { StoreError } from '../../errors.ts'

/** What is wrong with one file of a folder: the predicate of a sentence, such as `is empty`. */
export interface Defect {
  readonly what: string
  readonly advice?: string
}

/**
 * No cause: the messages of the file system repeat the file's name, and those of JSON.parse its contents.
 */
export function brokenFile(file: string, { what, advice }: Defect): StoreError {
  return new StoreError('broken-folder', `${maskedFile(file)} ${what}: nothing was imported`, {
    ...(advice === undefined ? {} : { advice }),
  })
}

export function brokenFolder(what: string, advice: string): StoreError {
  return new StoreError('broken-folder', `${what}: nothing was imported`, { advice })
}

/** File names hold telephone numbers, and errors end up in logs: of long runs of digits only the last two are shown. */
export function maskedFile(file: string): string {
  return file.replace(/\d{5,}(?=\d\d)/g, (digits) => '•'.repeat(digits.length))
}

/** The short name that the system gives a failure, such as EACCES. */
export function failureCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown failure'
}
