import { describe, expect, it } from 'vitest'
import { codeFile, type Home, home, oldFile } from '../support/place.ts'

/** The manifest as a command left it that was killed before it came to the configs. */
async function brokenOff(place: Home, args: readonly string[]): Promise<void> {
  const done = await place.run([...args, '--no-sync'])
  expect(done.code).toBe(0)
}

describe('a command that was broken off, typed once more', () => {
  it('add takes the same server without an error, and writes it into every config', async () => {
    const place = home()
    place.manifest({ a: { command: '/bin/true' } })
    const args = ['add', 'b', '--command', '/bin/b', '--env', 'X=1']
    await brokenOff(place, args)
    expect(await place.json(args)).toMatchObject({ code: 0, changed: true, inSync: true })
    expect(Object.keys(place.servers(codeFile))).toEqual(['a', 'b'])
    expect(await place.json(args)).toMatchObject({ code: 0, changed: false, steps: [] })
    const other = await place.run(['add', 'b', '--command', '/bin/other'])
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('\n    mcp-twin remove b\n') })
  })

  it('remove takes the remaining entries out', async () => {
    const place = home()
    place.manifest({ a: { command: '/bin/a' }, b: { command: '/bin/b' } })
    expect((await place.json(['sync'])).code).toBe(0)
    await brokenOff(place, ['remove', 'a'])
    expect(await place.json(['remove', 'a'])).toMatchObject({ code: 0, changed: true, inSync: true })
    for (const file of [codeFile, oldFile]) expect(Object.keys(place.servers(file))).toEqual(['b'])
    expect((await place.run(['remove', 'a'])).code).toBe(2)
  })

  it('rename moves the entries to the new name', async () => {
    const place = home()
    place.manifest({ a: { command: '/bin/a' } })
    expect((await place.json(['sync'])).code).toBe(0)
    await brokenOff(place, ['rename', 'a', 'z'])
    expect(await place.json(['rename', 'a', 'z'])).toMatchObject({ code: 0, changed: true, inSync: true })
    expect(Object.keys(place.servers(codeFile))).toEqual(['z'])
    expect((await place.run(['rename', 'a', 'z'])).code).toBe(2)
  })
})
