/** What is shipped, into a folder that is made when it is missing. Rejects when something cannot be resolved. */
export function bundle(outDir: string): Promise<void>
