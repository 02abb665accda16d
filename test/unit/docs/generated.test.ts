import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ownVariables } from '../../../src/cli/topics.ts'
import { generated } from '../../docs/generated.ts'
import { isThere, pathOf } from '../../docs/pages.ts'
import { settingsOf } from '../../docs/settings.ts'
import { manifestJsonSchema } from '../../../src/model/schema.ts'
import { settingWords } from '../../../src/model/schema-words.ts'

const made = await generated()

describe('a page that is made from the sources', () => {
  it.each(Object.keys(made))('%s is what npm run docs writes', (path) => {
    expect(isThere(path) ? readFileSync(pathOf(path), 'utf8') : '', 'it is out of date: npm run docs').toBe(made[path])
  })
  it('is all that stands in docs/reference', () => {
    const names = readdirSync(pathOf('docs/reference')).map((name) => `docs/reference/${name}`)
    expect(names.sort()).toEqual(
      Object.keys(made)
        .filter((path) => path.startsWith('docs/reference/'))
        .sort(),
    )
  })
})

describe('every setting of the manifest', () => {
  const settings = settingsOf(manifestJsonSchema())
  it('says what it means', () => {
    expect(settings.filter(({ shape }) => shape.description === undefined).map(({ path }) => path)).toEqual([])
    expect(settings.length).toBeGreaterThan(40)
  })
  it('is described under a path that there is', () => {
    const there = new Set(settings.map(({ path }) => path))
    const described = Object.keys(settingWords).map((path) => path.replaceAll('*', 'NAME').replaceAll('.[]', ''))
    expect(described.filter((path) => !there.has(path))).toEqual([])
  })
})

describe('every variable of ours that the sources read', () => {
  it('is on the page, or is between our own processes', () => {
    const inside = ['MCP_TWIN_FROM', 'MCP_TWIN_CWD', 'MCP_TWIN_PROBE', 'MCP_TWIN_TYPED', 'MCP_TWIN_WORDS', 'MCP_TWIN_WORLD']
    const sources = readdirSync(pathOf('src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const read = new Set(sources.flatMap((name) => readFileSync(pathOf(`src/${name}`), 'utf8').match(/MCP_TWIN_[A-Z]+(?!\w)/g) ?? []))
    expect([...read].filter((name) => !inside.includes(name) && !Object.hasOwn(ownVariables, name))).toEqual([])
  })
})
