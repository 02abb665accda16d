import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  it.each([
    ['no manifest', null],
    ['the bridge off', '{ "version": 1, "servers": {}, "bridge": { "enabled": false } }'],
  ])('is reported with %s too, with a command that saves the rest', async (_, manifest) => {
    const place = scratch()
    expect((await cli(place, ['memory', 'set', 'kept', 'value'])).code).toBe(0)
    if (manifest !== null) place.write('.mcp-twin/mcp-twin.json', manifest)
    expect((await cli(place, ['doctor', '--check', 'store-integrity'])).code).toBe(0)
    const bytes = readFileSync(place.path(file))
    bytes.fill(0xa7, 0, 4096)
    writeFileSync(place.path(file), bytes)
    for (const suffix of ['-wal', '-shm']) rmSync(place.path(`${file}${suffix}`), { force: true })
    const looked = await cli(place, ['doctor'])
    expect([looked.code, looked.stdout]).toEqual([3, expect.stringContaining('mcp-twin memory list')])
    expect(looked.stdout).not.toContain('in order')
    expect((await cli(place, ['memory', 'list'])).code).toBe(0)
    expect((await cli(place, ['doctor', '--check', 'store-integrity'])).stdout).not.toContain('is damaged')
  })

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
