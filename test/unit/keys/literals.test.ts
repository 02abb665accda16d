import { describe, expect, it } from 'vitest'
import { isProjectFile, projectFiles } from '../../../src/catalog/project-files.ts'
import { formatOfFile } from '../../../src/core/formats/index.ts'
import { literalNamesIn, literalsIn } from '../../../src/core/keys/literals.ts'

const key = 'tvly-dev-9aB3dE5fG7hJ9kL1mN3pQ5'
const names = async (file: string, text: string) => {
  const read = (await formatOfFile(file))?.read(Buffer.from(text), [])
  if (!read?.ok) throw new Error(`not read: ${JSON.stringify(read)}`)
  return literalsIn(Object.fromEntries(read.document.entries().map(({ name, value }) => [name, value]))).map(
    ({ server, name }) => `${server}: ${name}`,
  )
}

describe('a key in a config', () => {
  it.each([
    ['.mcp.json', `{ "mcpServers": { "web": { "env": { "WEB_API_KEY": "${key}" } } } }`],
    ['.vscode/mcp.json', `{ /* c */ "servers": { "web": { "type": "stdio", "env": { "WEB_API_KEY": "${key}", }, }, }, "inputs": [], }`],
    ['opencode.jsonc', `{ "mcp": { "web": { "type": "local", "command": ["npx", "x"], "environment": { "WEB_API_KEY": "${key}" } } } }`],
    ['.zed/settings.json', `{ "context_servers": { "web": { "command": { "path": "x", "env": { "WEB_API_KEY": "${key}" } } } } }`],
    ['.codex/config.toml', `# mine\n[mcp_servers.web]\ncommand = "x"\n[mcp_servers.web.env]\nWEB_API_KEY = "${key}"\n`],
    ['.codex/config.toml', `mcp_servers.web.env.WEB_API_KEY = '${key}'`],
    ['mcp-twin.json', `{ "version": 1, "servers": { "web": { "package": "x", "env": { "WEB_API_KEY": "${key}" } } } }`],
  ])('is found in %s', async (file, text) => {
    expect(await names(file, text)).toEqual(['web: WEB_API_KEY'])
  })
  it.each([
    ['in a header', { headers: { Authorization: `Bearer ${key}` } }, 'token'],
    ['in a header of Codex', { http_headers: { 'X-Api-Key': key } }, 'Api-Key'],
    ['behind a flag', { args: ['--api-key', key] }, 'api-key'],
    ['in a flag', { args: ['-y', 'x', `--token=${key}`] }, 'token'],
    ['in a variable of a line', { args: ['-c', `TAVILY_API_KEY=${key} npx x`] }, 'TAVILY_API_KEY'],
    ['in the command', { command: `npx x --api-key ${key}` }, 'api-key'],
    ['in an address', { url: `https://x.example/mcp?apiKey=${key}` }, 'apiKey'],
    ['in another address', { serverUrl: `https://ana:${key}@x.example/` }, 'password'],
    ['in a list as command', { command: ['npx', 'x', '--api-key', key] }, 'api-key'],
    ['under a name of its own', { oauth: { clientSecret: 'f3a9c1d2e4b5' } }, 'clientSecret'],
  ])('is found %s', (_where, entry, name) => {
    expect(literalsIn({ mcpServers: { web: entry } })).toMatchObject([{ server: 'web', name }])
  })
  it('is found outside of servers too', () => {
    expect(literalsIn({ env: { ANTHROPIC_API_KEY: key }, apiKey: key })).toMatchObject([
      { server: 'env', name: 'ANTHROPIC_API_KEY' },
      { server: '', name: 'apiKey' },
    ])
  })
  it('is none where it is only named', () => {
    const entry = {
      ...{ command: 'npx', args: ['-y', 'tavily-mcp@0.2.22', '--api-key', '${API_KEY}'], url: 'https://x.example/mcp' },
      env: { A_API_KEY: '${A_API_KEY}', B_TOKEN: '${env:B}', C_KEY: 'YOUR_API_KEY', D_KEY: '${input:d}', E: 'production' },
      ...{ headers: { Authorization: 'Bearer ${TOKEN}' }, bearer_token_env_var: 'GITHUB_TOKEN' },
      env_http_headers: { Authorization: 'GITHUB_TOKEN_OF_MINE_1' },
    }
    const inputs = [{ type: 'promptString', id: 'api-key', description: 'API key of the search', password: true }]
    expect(literalsIn({ servers: { web: entry }, inputs, apiKeyHelper: '/opt/key-helper' })).toEqual([])
  })
})

describe('a text that nobody can read as a config', () => {
  it('is searched for what looks like a key, in comments too', () => {
    const text = `{ "mcpServers": { "web": { "env": { "WEB_API_KEY": "${key}" // "OLD_TOKEN": "${key}x"\n <<<<<<< HEAD`
    expect(literalNamesIn(text)).toEqual(['WEB_API_KEY', 'OLD_TOKEN'])
    expect(literalNamesIn(`env:\n  WEB_API_KEY: ${key}\n  # OLD_TOKEN: ${key}\n  PORT: 80\nexport A_SECRET=${key}\n`)).toEqual([
      'WEB_API_KEY',
      'OLD_TOKEN',
      'A_SECRET',
    ])
    expect(literalNamesIn('"A_API_KEY": "${A_API_KEY}", "url": "https://x.example", key: value')).toEqual([])
  })
})

describe('files of programs', () => {
  it('are known in any folder, and nothing else is', () => {
    for (const file of projectFiles) {
      const name = file.replace('*', '.local')
      for (const path of [name, `sub/${name}`, `a/b/${name}`]) expect(isProjectFile(path), path).toBe(true)
      expect(isProjectFile(`x${name}`), name).toBe(false)
    }
    for (const path of ['package.json', 'mcp.json', 'docs/opencode.json.md', '.claude/settings.md', 'a.mcp.json'])
      expect(isProjectFile(path), path).toBe(false)
  })
})
