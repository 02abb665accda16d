import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { align, takeEdit } from '../../../src/core/adopt/edit.ts'
import { secretNames } from '../../../src/core/keys/naming.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { reveal } from '../../../src/model/secret.ts'

const windows = environmentSchema.parse({ id: 'windows', kind: 'windows', user: 'Ana', home: 'C:\\Users\\Ana' })

/** The server after a person changed its entry on Windows from `before` to `after`. */
function taken(server: ServerSpec, before: ServerSpec, after: ServerSpec) {
  const result = takeEdit(server, {
    name: 'a',
    environment: windows,
    before,
    after,
    everywhere: (text) => (/^C:\\/.test(text) ? `\${path:${text}}` : null),
    names: secretNames(() => null),
  })
  return { server: result.server, secrets: Object.fromEntries(result.secrets.map(({ name, value }) => [name, reveal(value)])) }
}

describe('a hand edit taken into the manifest', () => {
  it('changes only edited values, and keeps templates elsewhere', () => {
    const server = { package: 'p', args: ['${path:~/x}', '--a'], env: { K: '${secret:K}' } }
    const before = { package: 'p', args: ['C:\\home\\x', '--a'], env: { K: 'old-key' } }
    expect(taken(server, before, { ...before, args: ['C:\\home\\x', '--a', '--b'] }).server).toEqual({
      ...server,
      args: ['${path:~/x}', '--a', '--b'],
    })
    expect(taken(server, before, { ...before, args: ['--a'] }).server).toEqual({ ...server, args: ['--a'] })
    expect(taken(server, before, { ...before, args: ['C:\\other', 'C:\\home\\x', '--a'] }).server.args).toEqual([
      '${path:C:\\other}',
      '${path:~/x}',
      '--a',
    ])
  })

  it('puts a changed key into the store under its name', () => {
    const server = { package: 'p', env: { K: '${secret:K}', PLAIN: 'x' } }
    const before = { package: 'p', env: { K: 'old-key', PLAIN: 'x' } }
    expect(taken(server, before, { package: 'p', env: { K: 'new-key', PLAIN: 'y' } })).toEqual({
      server: { package: 'p', env: { K: '${secret:K}', PLAIN: 'y' } },
      secrets: { K: 'new-key' },
    })
  })

  it('takes a key that is new out of the manifest, too', () => {
    const key = 'ghp_012345678901234567890123456789abcdef'
    const { server, secrets } = taken({ command: 'x' }, { command: 'x' }, { command: 'x', env: { GITHUB_TOKEN: key } })
    expect(JSON.stringify(server)).not.toContain(key)
    expect(Object.values(secrets)).toEqual([key])
  })

  it('forgets a removed variable, and lists that are empty then', () => {
    expect(
      taken({ command: 'x', args: ['a'], env: { A: '1' } }, { command: 'x', args: ['a'], env: { A: '1' } }, { command: 'x' }).server,
    ).toEqual({ command: 'x' })
  })

  it('goes into the part of its side where that says the same thing, else into the server', () => {
    const server = { command: '/opt/x', args: ['a'], on: { windows: { command: 'C:\\x.exe' } } }
    const before = { command: 'C:\\x.exe', args: ['a'] }
    expect(taken(server, before, { command: 'C:\\y.exe', args: ['a', 'b'] }).server).toEqual({
      command: '/opt/x',
      args: ['a', 'b'],
      on: { windows: { command: 'C:\\y.exe' } },
    })
  })

  it('becomes another kind of server as a whole', () => {
    expect(taken({ package: 'p' }, { package: 'p' }, { command: 'x' }).server).toEqual({ command: 'x' })
  })
})

describe('two lists of arguments', () => {
  it('are paired in order, as many as can be', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), fc.array(fc.constantFrom('a', 'b', 'c')), (before, after) => {
        const pairs = [...align(before, after)]
        for (const [at, was] of pairs) expect(after[at]).toBe(before[was])
        for (const [index, pair] of pairs.entries()) expect(pair[1]).toBeGreaterThan(pairs[index - 1]?.[1] ?? -1)
        if (before.join() === after.join()) expect(pairs).toHaveLength(before.length)
      }),
    )
  })
})
