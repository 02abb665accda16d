import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tools } from '../../../src/bridge/tools/index.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'
import { looksRandom } from '../../support/random-text.ts'

const key = `ghp_${looksRandom(36)}`
const storing = tools.filter(({ family, effect }) => ['memory', 'handoff', 'actions'].includes(family) && effect !== 'read')

describe('a key with the prefix of its vendor', () => {
  let place: Desk
  beforeEach(() => {
    place = desk()
  })
  afterEach(() => place.close())

  /** Bytes of every file that the bridge has written. */
  const written = (folder: string): string =>
    readdirSync(folder)
      .map((name) => join(folder, name))
      .map((path) => (statSync(path).isDirectory() ? written(path) : statSync(path).isFile() ? readFileSync(path, 'latin1') : ''))
      .join('\n')

  it.each(storing.flatMap((tool) => Object.keys(tool.inputSchema.properties ?? {}).map((name) => [tool.name, name] as const)))(
    'is stored by %s in %s neither as a text nor deep inside, and named without being shown',
    async (tool, name) => {
      for (const value of [`it is ${key}`, [{ deep: `it is ${key}` }]]) {
        const result = await place.call(tool, { [name]: value })
        expect(result.isError).toBe(true)
        expect(textOf(result)).toContain(`Nothing was stored: ${name}`)
        expect(textOf(result)).toContain('mcp-twin secret set NAME')
        expect(textOf(result)).not.toContain(key)
      }
      expect(written(place.folder)).not.toContain(key)
    },
  )

  it.each([
    ['a placeholder', 'ghp_xxxx'],
    ['a hash', '39c01756e6296a620eebf455feeffd885b9aaa5d'],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['the name of one', '${secret:GITHUB_TOKEN}'],
  ])('is not %s', async (_, value) => {
    expect(await place.data('memory_set', { key: 'k', value })).toMatchObject({ version: 1 })
  })
})
