import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { it } from 'vitest'
import { generated } from './generated.ts'
import { pathOf } from './pages.ts'

it('writes the generated pages', async () => {
  for (const [page, text] of Object.entries(await generated())) {
    mkdirSync(dirname(pathOf(page)), { recursive: true })
    writeFileSync(pathOf(page), text)
  }
})
