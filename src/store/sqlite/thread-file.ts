/** The program of the thread that writes, as JavaScript. It lies beside this file, in dist/ too. */
export const THREAD_FILE = new URL('./thread.js', import.meta.url)
