import { describe, expect, it } from 'vitest'
import { builtinKey, builtinServers } from '../../../src/catalog/servers/index.ts'
import { shapeTrouble } from '../../../src/core/keys/shape.ts'
import { keysOf } from '../../../src/core/manifest/names.ts'

describe('a typed key', () => {
  it.each([
    ['tvly-abc ', 'blank'],
    ['tvly-a b', 'blank'],
    ['"tvly-abc"', 'quotes'],
    ['TAVILY_API_KEY=tvly-abc', 'name'],
    ['export TAVILY_API_KEY=tvly-abc', 'name'],
    ['Bearer tvly-abc', 'header'],
    ['<your-api-key>', 'example'],
    ['••••••••', 'example'],
    ['sk-abcdefgh', 'begin with tvly-'],
  ])('is doubted as %s', (value, words) => {
    const trouble = shapeTrouble('TAVILY_API_KEY', value, ['tvly-'])
    expect(trouble).toContain(words)
    expect(trouble).not.toContain('abc')
  })

  it('is taken where nothing speaks against it', () => {
    expect(shapeTrouble('TAVILY_API_KEY', `tvly-${'dev'}-aZ3kQ9xW2mN7`, ['tvly-'])).toBeNull()
    expect(shapeTrouble('SOME_KEY', 'q8Zk=else+/w4')).toBeNull()
    expect(shapeTrouble('DATABASE_URL', 'https://db.corp.net/a')).toBeNull()
    expect(shapeTrouble('SOME_KEY', 'https://db.corp.net/a')).toContain('address')
  })

  it('has a page where it is made, for each built-in server that needs one', async () => {
    for (const { server } of await builtinServers())
      for (const name of keysOf(server)) expect((await builtinKey(name))?.url).toMatch(/^https:\/\//)
    expect((await builtinKey('TAVILY_API_KEY_2'))?.name).toBe('TAVILY_API_KEY')
    expect(await builtinKey('OTHER')).toBeNull()
  })
})
