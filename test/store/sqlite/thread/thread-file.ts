// Stands for src/store/sqlite/thread-file.ts in tests: there, no store starts a thread by itself. Tests with a fake clock
// count turns of the event loop, and a write in a thread takes time instead; on a slow machine a second is over in the
// middle of one. Tests of the thread give the program themselves; those with other processes start it as users do.
export const THREAD_FILE: URL = await new Promise(() => {})
