import { describe, expect, it } from 'vitest'
import { keyMerge, withKey } from '../../../src/core/manifest/merge-keys.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'

const merge = (server: ServerSpec) => keyMerge({ a: server }, 'K_2', 'K')
const [one, two] = ['${secret:K}', '${secret:K_2}']

describe('two keys that become one', () => {
  it.each<[string, ServerSpec, object[]]>([
    ['a variable', { command: 'x', env: { V: two, W: 'w' } }, [{ path: ['a', 'env', 'V'], value: one }]],
    [
      'a header with words around it',
      { url: 'u', headers: { A: `Bearer ${two}` } },
      [{ path: ['a', 'headers', 'A'], value: `Bearer ${one}` }],
    ],
    ['an argument', { command: 'x', args: ['--key', two] }, [{ path: ['a', 'args'], value: ['--key', one] }]],
    ['an address', { url: `https://x.example/?k=${two}` }, [{ path: ['a', 'url'], value: `https://x.example/?k=${one}` }]],
    [
      'a side that differed in nothing else',
      { command: 'x', env: { V: one }, on: { windows: { env: { V: two } } } },
      [{ path: ['a', 'on'] }],
    ],
    [
      'a side that differs in more',
      { command: 'x', env: { V: one }, on: { windows: { command: 'y', env: { V: two } } } },
      [{ path: ['a', 'on', 'windows', 'env'] }],
    ],
    [
      'one of two variables of a side',
      { command: 'x', env: { V: one, W: '1' }, on: { windows: { env: { V: two, W: '2' } } } },
      [{ path: ['a', 'on', 'windows', 'env', 'V'] }],
    ],
    [
      'one of two sides',
      { command: 'x', env: { V: one }, on: { windows: { env: { V: two } }, macos: { args: ['m'] } } },
      [{ path: ['a', 'on', 'windows'] }],
    ],
    [
      'the key of the server itself',
      { command: 'x', env: { V: two }, on: { windows: { env: { V: one } } } },
      [{ path: ['a', 'env', 'V'], value: one }, { path: ['a', 'on'] }],
    ],
    [
      'what a more exact word says stays',
      { command: 'x', env: { V: one }, on: { wsl: { env: { V: 'other' } }, 'wsl:Debian': { env: { V: two } } } },
      [{ path: ['a', 'on', 'wsl:Debian', 'env', 'V'], value: one }],
    ],
    ['nothing', { command: 'x', env: { V: one }, on: { windows: { env: { V: one } } } }, []],
  ])('%s', (_what, server, expected) => expect(merge(server)).toEqual(expected))

  it('leaves text that only looks like a template', () => {
    expect(withKey('$${secret:K_2} $$${secret:K_2}${secret:K_22}', 'K_2', 'K')).toBe('$${secret:K_2} $$${secret:K}${secret:K_22}')
  })
})
