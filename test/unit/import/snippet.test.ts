import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toml } from '../../../src/core/formats/toml/format.ts'
import { readSnippet } from '../../../src/core/import/pasted/snippet.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { reveal } from '../../../src/model/secret.ts'
import { token } from '../../support/made-keys.ts'
import { folderOf, ubuntu, windows } from '../../support/launches.ts'

const world = { environments: [ubuntu, windows] }
const context = { environment: ubuntu, world, home: ubuntu, lock: { version: 1 as const, packages: {} }, folders: folderOf(world) }
const paste = (text: string, name?: string) => readSnippet(text, { context, toml, ...(name === undefined ? {} : { name }) })
const servers = (text: string, name?: string): Readonly<Record<string, ServerSpec>> => {
  const read = paste(text, name)
  if (!read.ok) throw new Error(`${read.reason} (${read.line}:${read.column})`)
  return read.servers
}
const x: Record<string, ServerSpec> = { x: { package: 'x-mcp', args: ['--a'] } }
const inner = '"x": { "command": "npx", "args": ["-y", "x-mcp", "--a"] }'

describe('a snippet', () => {
  it.each<[string, string]>([
    ['as it should be', `{ "mcpServers": { ${inner} } }`],
    ['without the outer braces', `"mcpServers": { ${inner} }`],
    ['without any wrapper', inner],
    ['with the servers at the top', `{ ${inner} }`],
    ['for VS Code', `{ "inputs": [{ "type": "promptString", "id": "k" }], "servers": { ${inner} } }`],
    ["for VS Code's settings", `{ "mcp": { "servers": { ${inner} } } }`],
    ['with a dotted name', `{ "mcp.servers": { ${inner} } }`],
    ['for Zed', '{ "context_servers": { "x": { "command": { "path": "npx", "args": ["-y", "x-mcp", "--a"] } } } }'],
    ['for opencode', '{ "mcp": { "x": { "type": "local", "command": ["npx", "-y", "x-mcp", "--a"] } } }'],
    ['inside other settings', `{ "theme": "dark", "projects": { "/x": { "mcpServers": { ${inner} } } } }`],
    ['with something left out', `{\n  "mcpServers": {\n    ...\n    ${inner},\n    ...\n  }\n}`],
    ['with … and comments', `{\n  // ~/.claude.json\n  "mcpServers": { /* here */ … ${inner} },\n  # end\n}`],
    ['with trailing commas', `{ "mcpServers": { "x": { "command": "npx", "args": ["-y", "x-mcp", "--a",], }, }, }`],
    ['with commas missing', `{ "mcpServers": { "x": { "command": "npx" "args": ["-y" "x-mcp" "--a"] } } }`],
    ['with curly quotes', '{ “mcpServers”: { “x”: { “command”: “npx”, “args”: [“-y”, “x-mcp”, “--a”] } } }'],
    ['with single quotes and bare names', "{ mcpServers: { x: { command: 'npx', args: ['-y', 'x-mcp', '--a'] } } }"],
    ['a brace short', `{ "mcpServers": { ${inner} }`],
    ['two braces short', '{ "mcpServers": { "x": { "command": "npx", "args": ["-y", "x-mcp", "--a"]'],
    ['a brace too many', `{ "mcpServers": { ${inner} } } }`],
    [
      'in a code fence with prose around',
      `Add this to your config:\n\n\`\`\`json\n{ "mcpServers": { ${inner} } }\n\`\`\`\n\nNote: restart it.`,
    ],
    ['with prose in front', `claude_desktop_config.json:\n{ "mcpServers": { ${inner} } }`],
    ['with a prose label', `Note: add this\nConfig: { "mcpServers": { ${inner} } }`],
    ['with a byte order mark and CRLF', `\ufeff{\r\n "mcpServers": {\r\n ${inner}\r\n}\r\n}\r\n`],
    ['as a list', '{ "servers": [{ "name": "x", "command": "npx", "args": ["-y", "x-mcp", "--a"] }] }'],
    ['with a name of its own', '{ "name": "x", "command": "npx", "args": ["-y", "x-mcp", "--a"] }'],
  ])('is read %s', (_, text) => expect(servers(text)).toEqual(x))

  it('may hold several servers, in one object or in two', () => {
    expect(Object.keys(servers('{ "mcpServers": { "a": { "command": "x" }, "b": { "url": "https://b.dev" } } }'))).toEqual(['a', 'b'])
    expect(Object.keys(servers('{ "mcpServers": { "a": { "command": "x" } } }\n\n{ "b": { "url": "https://b.dev" } }'))).toEqual(['a', 'b'])
    expect(Object.keys(servers('"a": { "command": "x" }\n{ "b": { "url": "https://b.dev" } }'))).toEqual(['a', 'b'])
  })

  it('gets the name that was given', () => {
    expect(servers('{ "command": "npx", "args": ["-y", "x-mcp", "--a"] }', 'x')).toEqual(x)
    expect(servers(`{ ${inner} }`, 'other')).toEqual({ other: x.x })
    expect(paste('{ "command": "npx" }')).toMatchObject({ ok: false, hint: expect.stringContaining('add - NAME') })
    expect(paste('{ "a": { "command": "x" }, "b": { "command": "y" } }', 'c')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('a, b'),
    })
  })

  it('for Windows keeps its paths, escaped or not', () => {
    expect(servers('{ "a": { "command": "C:\\new\\tools\\x.exe", "args": ["C:\\\\a b\\\\c"] } }')).toEqual({
      a: { command: 'C:\\new\\tools\\x.exe', args: ['C:\\a b\\c'] },
    })
  })

  it('has its placeholders asked for, and its keys moved out', () => {
    expect(
      servers(
        '{ "t": { "command": "npx", "args": ["-y", "t", "--api-key", "YOUR_KEY", "--token=<token>", "--port", "80"], "env": { "TAVILY_API_KEY": "your-api-key", "B_TOKEN": "", "C_KEY": "${C_KEY}", "D": "YOUR_NAME", "E_SECRET": "${input:e}" } } }',
      ),
    ).toEqual({
      t: {
        package: 't',
        args: ['--api-key', '${secret:T_API_KEY}', '--token=${secret:T_TOKEN}', '--port', '80'],
        env: {
          TAVILY_API_KEY: '${secret:TAVILY_API_KEY}',
          B_TOKEN: '${secret:B_TOKEN}',
          C_KEY: '${C_KEY}',
          D: 'YOUR_NAME',
          E_SECRET: '${secret:E_SECRET}',
        },
      },
    })
    expect(
      servers('{ "s": { "url": "https://s.dev/mcp", "headers": { "Authorization": "Bearer YOUR_TOKEN", "x-api-key": "<key>" } } }'),
    ).toEqual({
      s: { url: 'https://s.dev/mcp', headers: { Authorization: 'Bearer ${secret:S_TOKEN}', 'x-api-key': '${secret:S_API_KEY}' } },
    })
    const key = token(40)
    const read = paste(`{ "t": { "command": "x", "env": { "T_API_KEY": "${key}" } } }`)
    expect(read.ok && read.servers).toEqual({ t: { command: 'x', env: { T_API_KEY: '${secret:T_API_KEY}' } } })
    expect(read.ok && read.secrets.map((each) => [each.name, reveal(each.value)])).toEqual([['T_API_KEY', key]])
    expect(JSON.stringify(read)).not.toContain(key)
  })
})

describe('what cannot be read', () => {
  it.each<[string, string, RegExp]>([
    ['nothing', '  \n', /nothing was pasted/],
    ['prose', 'just run it', /begins with "just"/],
    ['other JSON', '{ "a": 1 }', /no server in it/],
    ['a value without quotes', '{ "x": { "command": npx } }', /"npx } }" is no JSON value/],
    ['a name without a colon', '{ "x" { "command": "y" } }', /colon is missing behind "x"/],
    ['an open text', '{ "x": { "command": "npx\n } }', /not closed on its line/],
    ['an unreadable server', '{ "mcpServers": { "x": { "command": 7 } } }', /"x" cannot be read/],
    ['one name twice', '{ "x": { "command": "a" } } { "x": { "command": "b" } }', /occurs twice in it/],
    ['endless nesting', '{"a":'.repeat(5000), /nested too deeply/],
  ])('says why: %s', (_, text, reason) =>
    expect(paste(text)).toMatchObject({ ok: false, reason: expect.stringMatching(reason), hint: expect.any(String) }),
  )

  it('names line and column', () => expect(paste('{\n  "x": {\n    "command": npx\n  }\n}')).toMatchObject({ line: 3, column: 16 }))

  it('never hangs or breaks, whatever is pasted', () => {
    const part = fc.oneof(
      fc.constantFrom('{', '}', '[', ']', '"', "'", ':', ',', '\\', '\n', '...', '//', '/*', '#', '`', 'mcpServers', '"a":', '"command"'),
      fc.string({ maxLength: 4 }),
    )
    fc.assert(fc.property(fc.array(part, { maxLength: 30 }), (parts) => typeof paste(parts.join('')).ok === 'boolean'))
  })
})

it('reads every JSON object as JSON does', () => {
  const leaf = fc.record({
    command: fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && !/\s/.test(text)),
    args: fc.array(fc.string()),
  })
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), leaf, { minKeys: 1 }),
      fc.constantFrom(undefined, 2, '\t'),
      (all, indent) => {
        const read = paste(JSON.stringify({ mcpServers: all }, null, indent))
        expect(read.ok && Object.keys(read.servers)).toEqual(Object.keys(all))
      },
    ),
  )
})
