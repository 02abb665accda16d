import { defineConfig } from 'vitest/config'

/** `npm run docs`: the generated pages, made anew. `test/unit/docs/generated.test.ts` compares them. */
export default defineConfig({
  test: { root: new URL('../..', import.meta.url).pathname, include: ['test/docs/make.ts'], pool: 'forks' },
})
