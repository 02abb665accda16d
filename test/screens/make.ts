import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lacksTerminal } from '../support/terminal.ts'
import { firstDay } from './first-day.ts'
import { dayPictures, tourPictures } from './shots.ts'
import { sidesPictures } from './sides.ts'
import type { Picture } from './svg.ts'

// `npm run screens`: every picture anew, with the real servers. `test/e2e/docs/pictures.test.ts` compares them.
const folder = fileURLToPath(new URL('.', import.meta.url))
const keep = (pictures: readonly Picture[]): void => {
  expect(pictures.length).toBeGreaterThan(1)
  for (const { name, text } of pictures) writeFileSync(join(folder, name), text)
}

describe.skipIf(lacksTerminal !== null)('the pictures', () => {
  it.each([
    ['of a day', dayPictures],
    ['of the tour', tourPictures],
  ])('%s are taken', async (_, take) => {
    const planted = firstDay()
    keep(await take(planted))
    planted.scratch.remove()
  })
  it('of the sides are drawn', () => keep(sidesPictures()))
})
