import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { scratch } from '../../support/scratch.ts'

describe('a file of the store that cannot be one', () => {
  const file = '.mcp-twin/bridge/store/1.db'
  const unusable: [string, Uint8Array | null, RegExp][] = [
    ['holds bytes of no meaning', Buffer.alloc(20_000, 0xa7), /is damaged/],
    ['is cut off behind its first words', Buffer.from('SQLite format 3\0abc'), /is damaged/],
    ['is empty', Buffer.alloc(0), /empty or missing/],
    ['is a folder', null, /is a folder/],
  ]
  it.each(unusable)('is reported where it %s', async (_, bytes, words) => {
    const place = scratch()
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {} }')
    place.write('.mcp-twin/bridge/store/current', '1.db\n')
    if (bytes === null) mkdirSync(place.path(file), { recursive: true })
    else place.write(file, bytes)
    const { code, json } = await cli(place, ['doctor', '--check', 'store-integrity', '--json'])
    expect(json.findings).toContainEqual(expect.objectContaining({ level: 'error', message: expect.stringMatching(words) }))
    expect(code).toBe(3)
  })
})
