import { describe, expect, it } from 'vitest'
import { codeFile, home, oldFile } from '../support/place.ts'

const entry = { command: '/bin/true' }

describe('names that every object has anyway', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf']

  it('are names like any other: added, listed, removed, undone', async () => {
    const place = home()
    place.manifest({})
    for (const name of names) {
      const added = await place.json(['add', name, '--command', '/bin/true'])
      expect(added).toMatchObject({ code: 0, changed: true, inSync: true })
    }
    expect(Object.keys(place.servers(codeFile))).toEqual(names)
    expect((await place.json(['sync'])).changed).toBe(false)
    expect((await place.run(['list'])).stdout.match(/in sync/g)).toHaveLength(names.length)
    expect((await place.json(['remove', 'toString'])).code).toBe(0)
    expect(Object.keys(place.servers(codeFile))).toEqual(['constructor', 'hasOwnProperty', 'valueOf'])
    expect((await place.run(['remove', 'isPrototypeOf'])).output).toContain('Unknown server "isPrototypeOf"')
    expect((await place.json(['undo'])).code).toBe(0)
    expect(Object.keys(place.servers(codeFile))).toEqual(names)
  })

  it('are seen as unmanaged where another program wrote them, and taken over by --adopt', async () => {
    const place = home()
    place.manifest({ a: entry })
    place.write(codeFile, JSON.stringify({ mcpServers: { constructor: { command: '/mine' }, ['__proto__']: { command: '/theirs' } } }))
    place.write(codeFile, '{"mcpServers":{"constructor":{"command":"/mine"},"__proto__":{"command":"/theirs"}}}')
    const first = await place.json(['sync'])
    expect(first.unmanaged.map((each) => each.server)).toEqual(['constructor', '__proto__'])
    const adopted = await place.json(['sync', '--adopt'])
    expect(adopted.code).toBe(0)
    expect(Object.keys(place.servers(oldFile))).toEqual(['a', 'constructor'])
    expect(place.read(codeFile)).toContain('"__proto__":{"command":"/theirs"}')
  })
})

describe('a name that cannot be seen as it is', () => {
  const bad = ['', ' ', ' a', '__proto__', 'a\nb', 'a\u001b[31mb', 'a\u200bb', 'a\u202eb']

  it('is refused for a new server, in escaped spelling, and nothing is written', async () => {
    const place = home()
    place.manifest({ good: entry })
    const before = place.read('.mcp-twin/mcp-twin.json')
    for (const name of bad)
      for (const argv of [
        ['add', name, '--command', '/bin/true'],
        ['rename', 'good', name],
      ]) {
        const refused = await place.run(argv)
        expect([argv, refused.code, refused.stdout]).toEqual([argv, 2, ''])
        expect(refused.stderr).toContain('cannot be the name of a server')
        expect(refused.stderr).not.toMatch(/[\u001b\u200b\u202e]/)
      }
    const snippet = await place.run(['add', '-'], { input: '{"mcpServers":{"a\\u202eb":{"command":"x"}}}' })
    expect(snippet).toMatchObject({ code: 2, stderr: expect.stringContaining('a\\u202eb') })
    expect(place.read('.mcp-twin/mcp-twin.json')).toBe(before)
    expect(place.has(codeFile)).toBe(false)
  })

  it('reaches no terminal by way of an error', async () => {
    const place = home()
    place.manifest({ good: entry })
    for (const argv of [
      ['remove', 'a\u001b[31mb'],
      ['list', '--client', 'x\u001b]0;owned\u0007'],
      ['list', '--on', 'x\u202e'],
      ['trust', '/no\u001b[2Jwhere'],
      ['undo', '\u001b[2J'],
      ['nonsense\u001b[2J'],
      ['sync', '--manifest', '/no\u001b[2Jwhere.json'],
      ['secret', 'set', 'a\u001b[2J'],
      ['run', 'x\u001b[2J'],
      ['export', '/dev/null/\u001b[2J'],
    ]) {
      const { code, output } = await place.run(argv)
      expect([argv, code === 1 || code === 2]).toEqual([argv, true])
      expect([argv, output.match(/[\u0000-\u0008\u000b-\u001f\u202e]/g)]).toEqual([argv, null])
      expect(output).not.toContain('something went wrong')
    }
  })
})
