/** Makes the program of the thread that writes into a SQLite store. */
export function bundleThread(file: string): Promise<void>
