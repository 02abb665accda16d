import { describe, expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import { badName } from '../../../src/core/manifest/new-name.ts'
import { parseManifest } from '../../../src/core/manifest/parse.ts'

const ids = clients.map((client) => client.id)

function said(servers: string): string {
  const parsed = parseManifest(new TextEncoder().encode(`{"version":1,"servers":${servers}}`), ids)
  return parsed.ok ? 'fine' : `${parsed.line}:${parsed.column} ${parsed.message}`
}

describe('a manifest that somebody mistyped', () => {
  it.each([
    ['a list in place of the servers', '[]', '"servers" is a list, not an object'],
    ['nothing in place of a server', '{"a":null}', 'servers.a must be an object ({ … })'],
    ['a text in place of arguments', '{"a":{"command":"x","args":"y"}}', 'servers.a.args must be a list ([ … ])'],
    ['an empty command', '{"a":{"command":""}}', 'servers.a.command is empty'],
    ['a launch that does not exist', '{"a":{"command":"x","launch":"fast"}}', 'servers.a.launch must be "direct" or "npx" or "run"'],
    ['a server without a name', '{"":{"command":"x"}}', /^1:\d+ servers.*: one has a name that is empty/],
    ['one name twice', '{"a":{"command":"x"},\n "a":{"command":"y"}}', 'server "a" appears twice'],
    ['the name that no object can have', '{"__proto__":{"command":"x"}}', 'a server cannot be called "__proto__"'],
    ['a key without a name', `{"a":{"command":"x","env":{"A":"\${secret:}"}}}`, /^1:\d+ \$\{secret:\} in server "a": a key is named by/],
    ['a path as the name of a key', `{"a":{"command":"x","args":["\${secret:../x}"]}}`, /a key is named by letters/],
    ['two headers in one', '{"a":{"url":"https://x/","headers":{"a":"b\\r\\nc: d"}}}', /line break/],
    ['a header with a blank in its name', '{"a":{"url":"https://x/","headers":{"a b":"c"}}}', /"a b" is not a valid header name/],
    ['an escape sequence in an address', '{"a":{"url":"https://x/\\u001b[31m"}}', /space or a control character/],
    ['a variable with a blank in its name', '{"a":{"command":"x","env":{"A B":"c"}}}', /"A B" is not a valid variable name/],
    ['a NUL in an argument', '{"a":{"command":"x","args":["a\\u0000b"]}}', /NUL/],
  ])('%s is reported with its place', (_what, servers, words) => {
    expect(said(servers)).toMatch(/^\d+:\d+ /)
    if (typeof words === 'string') expect(said(servers)).toContain(words)
    else expect(said(servers)).toMatch(words)
  })

  it.each(['constructor', 'toString', 'hasOwnProperty', '../x', 'ä b', '日本'])('a server may be called %s', (name) => {
    expect(said(JSON.stringify({ [name]: { command: 'x' } }))).toBe('fine')
    expect(badName(name)).toBeNull()
  })
})

describe('a manifest in which a name stands twice', () => {
  it.each([
    ['a flag', '{"version":1,"bridge":{"readOnly":true,\n "readOnly":false}}', '2:2 "readOnly" appears twice'],
    ['the bridge', '{"version":1,"bridge":{"readOnly":true},\n"bridge":{}}', '2:1 "bridge" appears twice'],
    ['a list, once with an escape', '{"version":1,"bridge":{"deny":["/a"],\n"d\\u0065ny":[]}}', '2:1 "deny" appears twice'],
    ['a variable', '{"version":1,"servers":{"a":{"command":"x","env":{"A":"1",\n"A":"2"}}}}', '2:1 "A" appears twice'],
    ['what is nested without end', `{"version":1,"x":${'['.repeat(1e5)}${']'.repeat(1e5)},\n"version":1}`, '2:1 "version" appears twice'],
  ])('is refused with the place of the second: %s', (_what, text, words) => {
    const parsed = parseManifest(new TextEncoder().encode(text), ids)
    expect(parsed.ok ? 'fine' : `${parsed.line}:${parsed.column} ${parsed.message}`).toBe(words)
  })

  it('is read where it stands in different objects, in comments and in texts', () => {
    const text = '{"version":1, /* "version":1 */ "servers":{"a":{"command":"x","env":{"a":"\\"a\\":","b":"a"}},"b":{"command":"a"}}}'
    expect(parseManifest(new TextEncoder().encode(text), ids).ok).toBe(true)
  })
})

describe('a new name', () => {
  it.each(['', ' ', ' a', 'a ', 'a\nb', 'a\u001b[31mb', 'a\u200bb', 'a\u202eb', '__proto__', 'mcp-twin', 'x'.repeat(129)])(
    'is not %j',
    (name) => {
      expect(badName(name)).toMatch(/name/)
    },
  )
})
