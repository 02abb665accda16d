import { describe, expect, it } from 'vitest'
import { type Home, home } from '../support/place.ts'

/** Two servers that are written, and the same edit of both by hand. */
async function edited(): Promise<{ place: Home; changed: string }> {
  const place = home()
  place.manifest({ one: place.tiny, two: place.tiny })
  expect((await place.run(['sync', '--no-try'])).code).toBe(0)
  const config = JSON.parse(place.read('.claude.json'))
  for (const server of Object.values<{ env?: object }>(config.mcpServers)) server.env = { EDITED: 'yes' }
  const changed = JSON.stringify(config)
  place.write('.claude.json', changed)
  return { place, changed }
}

const sync = (place: Home, ...words: string[]) => place.run(['sync', ...words, '--client', 'claude-code', '--no-try'])

describe('sync with names', () => {
  it('overwrites hand edits of these servers only', async () => {
    const { place } = await edited()
    const result = await sync(place, 'one', '--force')
    expect(result.code, result.output).toBe(0)
    expect(place.servers('.claude.json')).toEqual({
      one: expect.not.objectContaining({ env: {} }),
      two: { ...place.tiny, env: { EDITED: 'yes' } },
    })
    expect(place.servers('.claude.json').one).not.toHaveProperty('env')
    expect((await sync(place, 'one')).stdout).toContain('one is in sync; nothing to do.')
    // The other one is still reported, and still ours.
    expect((await sync(place, '--check')).code).toBe(3)
    expect((await sync(place, '--force')).code).toBe(0)
    expect(place.servers('.claude.json').two).not.toHaveProperty('env')
  })

  it('adopts hand edits and foreign entries of these servers only', async () => {
    const { place, changed } = await edited()
    const config = JSON.parse(changed)
    for (const name of ['mine', 'theirs']) config.mcpServers[name] = { command: 'sh', args: [name] }
    place.write('.claude.json', JSON.stringify(config))
    const result = await sync(place, 'one', 'mine', '--adopt')
    expect(result.code, result.output).toBe(0)
    const { servers } = JSON.parse(place.read('.mcp-twin/mcp-twin.json'))
    expect(Object.keys(servers).sort()).toEqual(['mine', 'one', 'two'])
    expect(servers.one.env).toEqual({ EDITED: 'yes' })
    expect(servers.two.env).toBeUndefined()
  })

  it('writes, removes and installs nothing of other servers', async () => {
    const { place, changed } = await edited()
    place.manifest({ two: { ...place.tiny, env: { NEW: '1' } }, three: place.tiny, gone: { package: 'not-to-be-asked-for@1.0.0' } })
    const result = await sync(place, 'three')
    expect(result.code, result.output).toBe(0)
    expect(place.servers('.claude.json')).toEqual({ ...JSON.parse(changed).mcpServers, three: place.tiny })
    expect(result.stdout).not.toMatch(/^ *[-+~!x✗] +(one|two|gone)/m)
  })

  it('takes only names that something has, and not with what concerns every server', async () => {
    const { place } = await edited()
    const unknown = await sync(place, 'onne')
    expect(unknown).toMatchObject({ code: 2 })
    expect(unknown.stderr).toContain('did you mean "one"?')
    for (const flag of ['--watch', '--refresh']) expect(await sync(place, 'one', flag)).toMatchObject({ code: 2 })
  })
})
