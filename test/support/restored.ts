import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { afterAll } from 'vitest'

/**
 * Answers the place that `make` sets up, each time as it was then: a set-up of several programs takes seconds, putting its
 * files back under the same paths takes none. Only for tests that run one after another, since all of them work in the same
 * folder, which `rootOf` names.
 */
export function restored<Place>(make: () => Promise<Place>, rootOf: (place: Place) => string): () => Promise<Place> {
  let made: { readonly place: Place; readonly root: string } | undefined
  const copyOf = (root: string): string => `${root}-copy`
  afterAll(() => {
    if (made !== undefined) for (const folder of [made.root, copyOf(made.root)]) rmSync(folder, { recursive: true, force: true })
  })
  return async () => {
    if (made === undefined) {
      const place = await make()
      made = { place, root: rootOf(place) }
      execFileSync('cp', ['-a', made.root, copyOf(made.root)])
      return place
    }
    rmSync(made.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    execFileSync('cp', ['-a', copyOf(made.root), made.root])
    return made.place
  }
}
