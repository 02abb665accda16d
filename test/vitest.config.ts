import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { factor } from './support/runs.ts'

const cores = availableParallelism()
const seconds = 1000
// What starts processes waits for them most of the time: two files a core keep it busy.
const waiting = Math.min(8, 2 * cores)

/**
 * Five projects: first `unit`, which is fast, then `e2e` and `integration` together (the same `groupOrder`; vitest takes the
 * projects of a group by name and their largest files first, so the short ones of `integration` fill what the long ones leave
 * idle at the end). `lab` shares one Windows half, so its files take turns, and `npm test` gives it a run of its own beside
 * the others; `soak` needs a quiet machine, and `npm test` leaves it out. vitest tries no test again: what fails now and then is
 * a fault, and `test/run` names it even where it passes alone.
 */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    reporters: ['default', new URL('support/tally.ts', import.meta.url).pathname],
    pool: 'forks',
    restoreMocks: true,
    // How long something takes to come is the machine's business; vitest's own second is less than a busy one needs.
    hookTimeout: 300 * seconds,
    expect: { poll: { timeout: 60 * seconds } },
    setupFiles: ['test/support/random.ts'],
    globalSetup: ['test/support/temporary.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/architecture.test.ts', 'test/unit/**/*.test.ts'],
          setupFiles: ['test/support/pure.ts'],
          testTimeout: 60 * seconds * factor,
          maxWorkers: cores,
          // Each worker loads the sources once: no test of this kind leaves anything in them, in whatever order they run.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120 * seconds * factor,
          maxWorkers: waiting,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/stories/*-planted.test.ts'],
          testTimeout: 240 * seconds * factor,
          maxWorkers: waiting,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/e2e-lab/**/*.test.ts', 'test/stories/*-lab.test.ts'],
          testTimeout: 300 * seconds,
          hookTimeout: 600 * seconds,
          globalSetup: ['test/support/lab-setup.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          testTimeout: 1800 * seconds,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
