import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const cores = availableParallelism()
const seconds = 1000

/**
 * Three projects, run one after another (`groupOrder`), since a real npm or a Windows half beside them would make
 * the fast ones slow. `lab` shares one Windows half, so its files take turns.
 */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    reporters: ['default', new URL('support/tally.ts', import.meta.url).pathname],
    pool: 'forks',
    restoreMocks: true,
    // A shared machine may stop for seconds in the middle of a test; what is wrong is wrong three times.
    retry: process.env.CI ? 2 : 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/architecture.test.ts', 'test/unit/**/*.test.ts'],
          testTimeout: 60 * seconds,
          maxWorkers: cores,
          // Each worker loads the sources once: no test of this kind leaves anything in them, in whatever order they run.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240 * seconds,
          hookTimeout: 300 * seconds,
          maxWorkers: Math.max(2, Math.min(4, cores)),
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/e2e-lab/**/*.test.ts'],
          testTimeout: 300 * seconds,
          hookTimeout: 600 * seconds,
          globalSetup: ['test/support/lab-setup.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
