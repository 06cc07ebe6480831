import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/store/sqlite/thread/program.ts'],
    alias: [
      {
        find: /^\.\/thread-file\.ts$/,
        replacement: fileURLToPath(new URL('test/store/sqlite/thread/thread-file.ts', import.meta.url)),
      },
    ],
    // Processes: libsql and the WebAssembly bridge hold memory that a worker thread does not give back.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is polled comes at once on an idle machine; the default of 1 s fails on a busy one.
    expect: { poll: { timeout: 20_000 } },
    teardownTimeout: 10_000,
    // An error that nobody awaited fails the run; so does a file without a test.
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    allowOnly: false,
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/cli/main.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
})
