import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'
import { StorePlace } from '../../../src/bridge/store/place.ts'
import { Store } from '../../../src/bridge/store/store.ts'

/** A place whose files look replaced at each of so many looks. */
class RestlessPlace extends StorePlace {
  left = 0
  override mark(generation: number): string {
    return this.left > 0 ? `${super.mark(generation)} ${this.left--}` : super.mark(generation)
  }
}

let folder: string
let store: Store
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A store whose clock shows `step` ms more at each look at it. */
async function opened(step: number) {
  folder = mkdtempSync(join(tmpdir(), 'mcp-twin-store-'))
  const place = new RestlessPlace(folder)
  let time = 0
  store = await Store.open({
    ...{ place, engine: chooseEngine(process.platform, process.arch), machine: 'm', now: () => (time += step) },
    random: (bytes) => 'ab'.repeat(bytes),
    rebuild: async () => undefined,
    report: () => undefined,
  })
  return place
}

it('a store whose files are replaced many times is read once that is over', async () => {
  const place = await opened(0)
  place.left = 60
  expect(await store.cursor()).toBe(0)
  expect(place.left).toBe(0)
})

it('a store whose files are replaced for as long as a call waits is given up in words', async () => {
  const place = await opened(10)
  place.left = 1_000_000
  await expect(store.cursor()).rejects.toThrow('Another program keeps replacing the files of the store')
  place.left = 0
})
