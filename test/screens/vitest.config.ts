import { defineConfig } from 'vitest/config'

/** `npm run screens`: pictures of the program in a real terminal, made anew. No test: nothing is compared. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/screens/make.ts', 'test/screens/page.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
  },
})
