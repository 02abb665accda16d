import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { builtinNames, builtinServer, builtinServers } from '../../../src/catalog/servers/index.ts'
import { extractKeys } from '../../../src/core/keys/extract.ts'
import { keysOf } from '../../../src/core/manifest/names.ts'
import { parseWords } from '../../../src/core/packages/words.ts'
import { serverSchema } from '../../../src/model/manifest.ts'

describe('the built-in list', () => {
  it('is every file of templates/servers', () => {
    const files = readdirSync(new URL('../../../templates/servers', import.meta.url)).map((file) => file.replace('.json', ''))
    expect([...builtinNames].sort()).toEqual(files.sort())
  })
  it('has servers that the manifest takes, with every key they ask for', async () => {
    for (const each of await builtinServers()) {
      expect(builtinNames).toContain(each.name)
      expect(serverSchema.parse(each.server)).toEqual(each.server)
      expect(keysOf(each.server)).toEqual(each.keys.map((key) => key.name))
      expect(extractKeys(each.server).secrets).toEqual([])
      if (each.server.package !== undefined) expect(parseWords(each.server.package)).not.toHaveProperty('refuse')
      for (const key of each.keys) expect(key.url).toMatch(/^https:\/\//)
      expect(each.title.length * each.description.length).toBeGreaterThan(0)
    }
  })
  it('knows nothing else', async () => {
    expect(await builtinServer('nope')).toBeNull()
    expect(await builtinServer('constructor')).toBeNull()
    expect((await builtinServer('tavily'))?.server.package).toBe('tavily-mcp')
  })
})
