import { readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Planted, world } from '../../support/world.ts'

let place: Planted
const cursor = '.cursor/mcp.json'
beforeEach(async () => {
  place = world().wsl().client('cursor', '{}').build()
  place.scratch.write('keys/K', 'kept-value-1')
  const secrets = { command: ['cat', place.scratch.path('keys/{name}')] }
  const servers = { tool: { command: 'node', args: ['tool.js'], env: { K: '${secret:K}' } } }
  place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, bridge: { enabled: false }, secrets, servers }))
  expect((await place.cli(['sync'])).code).toBe(0)
})
const text = (file: string): string => readFileSync(place.scratch.path(file), 'utf8')
const edit = (from: string, to: string): void => writeFileSync(place.scratch.path(cursor), text(cursor).replace(from, to))

describe('a key that was edited in a config, where a program of the user keeps the keys', () => {
  it('is not taken over, since it could be stored nowhere, and that is reported', async () => {
    edit('kept-value-1', 'typed-value-2')
    const manifest = text('.mcp-twin/mcp-twin.json')
    const { code, json } = await place.cli(['sync', '--adopt', '--json'])
    expect(code).toBe(3)
    expect(json.notices).toContainEqual(expect.stringMatching(/the key K in "tool" was edited there, but .*cat .* keeps the keys/))
    expect(JSON.stringify(json)).not.toContain('typed-value-2')
    expect(text('.claude.json')).toContain('kept-value-1')
    expect(text(cursor)).toContain('typed-value-2')
    expect(text('.mcp-twin/mcp-twin.json')).toBe(manifest)
  })

  it('is taken over once the program gives it too', async () => {
    edit('kept-value-1', 'typed-value-2')
    place.scratch.write('keys/K', 'typed-value-2')
    expect((await place.cli(['sync', '--adopt'])).code).toBe(0)
    expect(text('.claude.json')).toContain('typed-value-2')
    expect((await place.cli(['sync', '--check'])).code).toBe(0)
  })

  it('does not keep other edits from being taken over', async () => {
    edit('"tool.js"', '"tool.js", "--more"')
    expect((await place.cli(['sync', '--adopt'])).code).toBe(0)
    expect(text('.claude.json')).toContain('--more')
  })
})

describe('a key that comes with an entry, where a program of the user keeps the keys', () => {
  it('is named, as that program has to be given it', async () => {
    const entry = { command: 'node', args: ['new.js'], env: { NEW_TOKEN: 'abcdef1234567890abcdef' } }
    const { json } = await place.cli(['add', '-', '--json'], { input: JSON.stringify({ mcpServers: { fresh: entry } }) })
    expect(json.notices).toContainEqual(expect.stringMatching(/stores the keys and does not have this NEW_TOKEN/))
    expect(JSON.stringify(json)).not.toContain('abcdef1234567890abcdef')
  })
})

it('what goes into our own store with an edit is named', async () => {
  const own = JSON.parse(text('.mcp-twin/mcp-twin.json'))
  place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...own, secrets: undefined }))
  await place.cli(['secret', 'set', 'K'], { input: 'kept-value-1' })
  edit('kept-value-1', 'typed-value-2')
  const preview = await place.cli(['sync', '--adopt', '--dry-run', '--json'])
  const { code, json, output } = await place.cli(['sync', '--adopt', '--json'])
  expect(code, output).toBe(0)
  for (const each of [preview.json, json]) expect(each.notices).toEqual(['into the key store: K'])
  expect(output + preview.output).not.toContain('typed-value-2')
})
