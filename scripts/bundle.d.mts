/** What is shipped, into a folder that is made when it is missing. Rejects when something cannot be resolved. */
export function bundle(outDir: string): Promise<void>
/** Makes the program of the thread that writes into a SQLite store. */
export function bundleThread(file: string): Promise<void>
