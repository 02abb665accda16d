import { describe, expect, it } from 'vitest'
import { compareKeys } from '../../../src/effects/doctor/key-values.ts'
import { Secret } from '../../../src/model/secret.ts'
import { KEY } from './situation.ts'

const keyOf = (name: string) => (name === 'A' ? new Secret(KEY) : null)
const stdio = { kind: 'stdio', command: 'node', args: [], env: {} } as const

describe('the keys of an entry', () => {
  it('are compared where the manifest names them, text around them aside', () => {
    const entry = { ...stdio, args: ['x.js', `--token=${KEY}`], env: { GOOD: `Bearer ${KEY}`, BAD: 'Bearer other', PLAIN: 'x' } }
    const spec = { args: ['--token=${secret:A}'], env: { GOOD: 'Bearer ${secret:A}', BAD: 'Bearer ${secret:A}', PLAIN: 'x' } }
    expect(compareKeys(spec, entry, keyOf)).toEqual([
      { key: 'A', same: true },
      { key: 'A', same: false },
      { key: 'A', same: true },
    ])
  })

  it('are left alone where they cannot be known: two in one text, none stored, other text around them', () => {
    const spec = {
      env: {
        TWO: '${secret:A}${secret:B}',
        NONE: '${secret:B}',
        OTHER: 'Bearer ${secret:A}',
        GONE: '${secret:A}',
        ESCAPED: '$${secret:A}',
      },
    }
    const entry = { ...stdio, env: { TWO: 'x', NONE: 'x', OTHER: 'Token x', ESCAPED: '${secret:A}' } }
    expect(compareKeys(spec, entry, keyOf)).toEqual([])
  })

  it('are found in headers and addresses of a remote server', () => {
    const entry = { kind: 'remote', transport: 'http', url: `https://x.example/${KEY}/mcp`, headers: { 'x-api-key': 'old' } } as const
    expect(compareKeys({ url: 'https://x.example/${secret:A}/mcp', headers: { 'x-api-key': '${secret:A}' } }, entry, keyOf)).toEqual([
      { key: 'A', same: false },
      { key: 'A', same: true },
    ])
  })
})
