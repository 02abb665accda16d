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
  if (!read.ok) throw new Error(`${read.reason} (${read.hint})`)
  return read.servers
}
const refusal = (text: string) => {
  const read = paste(text)
  if (read.ok) throw new Error(JSON.stringify(read.servers))
  return `${read.reason} → ${read.hint}`
}

const tavily = { tavily: { package: 'tavily-mcp', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } } }
const tavilyMcp = { 'tavily-mcp': tavily.tavily }
const scavio = { scavio: { url: 'https://mcp.scavio.dev/mcp', headers: { Authorization: 'Bearer ${secret:SCAVIO_TOKEN}' } } }

describe('claude mcp add', () => {
  it.each<[string, string]>([
    ['with env before --', 'claude mcp add tavily -e TAVILY_API_KEY=YOUR_API_KEY -- npx -y tavily-mcp'],
    ['with env before the name', 'claude mcp add --env TAVILY_API_KEY=<your-api-key> tavily -- npx -y tavily-mcp'],
    ['with --env=', 'claude mcp add tavily --env=TAVILY_API_KEY=xxx -- npx -y tavily-mcp'],
    ['with every option', 'claude mcp add -s user -t stdio tavily --env "TAVILY_API_KEY=<key>" -- npx -y tavily-mcp'],
    ['with options behind the command', 'claude mcp add tavily npx tavily-mcp -e TAVILY_API_KEY=your-key -s user'],
    ['with a prompt', '$ claude mcp add tavily -e TAVILY_API_KEY=*** -- npx -y tavily-mcp'],
    ['continued', 'claude mcp add tavily \\\n  -e TAVILY_API_KEY=YOUR_API_KEY \\\n  -- npx -y tavily-mcp\n'],
    ['continued with prompts', '$ claude mcp add tavily \\\n>   -e TAVILY_API_KEY=YOUR_API_KEY \\\n>   -- npx -y tavily-mcp\n'],
    ['continued with blanks behind the backslash', 'claude mcp add tavily \\ \n -e TAVILY_API_KEY=YOUR_API_KEY -- npx -y tavily-mcp'],
    [
      'continued for PowerShell',
      'PS C:\\Users\\me> claude mcp add tavily `\r\n  -e TAVILY_API_KEY=YOUR_API_KEY `\r\n  -- npx -y tavily-mcp',
    ],
    ['continued for cmd', 'C:\\Users\\me>claude mcp add tavily ^\r\n  -e TAVILY_API_KEY=YOUR_API_KEY ^\r\n  -- cmd /c npx -y tavily-mcp'],
    ['with its breaks lost', 'claude mcp add tavily \\ -e TAVILY_API_KEY=YOUR_API_KEY \\ -- npx -y tavily-mcp'],
    ['with a variable of the shell', 'claude mcp add tavily -e TAVILY_API_KEY=$TAVILY_API_KEY -- npx -y tavily-mcp'],
    ['with one of PowerShell', 'claude mcp add tavily -e TAVILY_API_KEY="$env:TAVILY_API_KEY" -- npx -y tavily-mcp'],
    ['with one of cmd', 'claude mcp add tavily -e TAVILY_API_KEY=%TAVILY_API_KEY% -- npx -y tavily-mcp'],
    [
      'with an export above',
      'export TAVILY_API_KEY="your-api-key"\nclaude mcp add tavily -e TAVILY_API_KEY=$TAVILY_API_KEY -- npx -y tavily-mcp',
    ],
    ['with comments', '# Tavily\nclaude mcp add tavily -e TAVILY_API_KEY=<key> -- npx -y tavily-mcp # that is all'],
    ['in a code fence', 'Run:\n\n```bash\nclaude mcp add tavily -e TAVILY_API_KEY=<key> -- npx -y tavily-mcp\n```\n'],
    ['in backticks', '`claude mcp add tavily -e TAVILY_API_KEY=<key> -- npx -y tavily-mcp`'],
    ['after an install', 'npm install -g tavily-mcp\nclaude mcp add tavily -e TAVILY_API_KEY=<key> -- npx -y tavily-mcp'],
    ['after &&', 'cd ~/x && claude mcp add tavily -e TAVILY_API_KEY=<key> -- npx -y tavily-mcp'],
    [
      'as JSON',
      `claude mcp add-json tavily '{"type":"stdio","command":"npx","args":["-y","tavily-mcp"],"env":{"TAVILY_API_KEY":"YOUR_API_KEY"}}' -s user`,
    ],
    [
      'as JSON of PowerShell',
      `claude mcp add-json tavily '{\\"command\\":\\"npx\\",\\"args\\":[\\"-y\\",\\"tavily-mcp\\"],\\"env\\":{\\"TAVILY_API_KEY\\":\\"x\\"}}'`,
    ],
    [
      'as JSON of cmd',
      'claude mcp add-json "tavily" "{\\"command\\":\\"npx\\",\\"args\\":[\\"-y\\",\\"tavily-mcp\\"],\\"env\\":{\\"TAVILY_API_KEY\\":\\"\\"}}"',
    ],
    ['as JSON without quotes', 'claude mcp add-json tavily {"command":"npx","args":["-y","tavily-mcp"],"env":{"TAVILY_API_KEY":"<key>"}}'],
    [
      'as JSON over several lines',
      `claude mcp add-json tavily '{\n  "command": "npx",\n  "args": ["-y", "tavily-mcp"],\n  "env": { "TAVILY_API_KEY": "<key>" }\n}'`,
    ],
    ['through npx', 'npx -y @anthropic-ai/claude-code mcp add tavily -e TAVILY_API_KEY=<key> -- npx -y tavily-mcp'],
    ['for Codex', 'codex mcp add tavily --env TAVILY_API_KEY=YOUR_API_KEY -- npx -y tavily-mcp'],
    ['for Gemini', 'gemini mcp add -s user -e TAVILY_API_KEY=YOUR_API_KEY --trust tavily npx -y tavily-mcp'],
    ['for VS Code', `code --add-mcp '{"name":"tavily","command":"npx","args":["-y","tavily-mcp"],"env":{"TAVILY_API_KEY":"\${input:k}"}}'`],
    [
      'for VS Code in cmd',
      'code-insiders --add-mcp "{\\"name\\":\\"tavily\\",\\"command\\":\\"npx\\",\\"args\\":[\\"-y\\",\\"tavily-mcp\\"],\\"env\\":{\\"TAVILY_API_KEY\\":\\"<k>\\"}}"',
    ],
  ])('is read %s', (_, text) => expect(servers(text)).toEqual(tavily))

  it.each<[string, string]>([
    [
      'with the header behind',
      'claude mcp add --transport http scavio https://mcp.scavio.dev/mcp --header "Authorization: Bearer YOUR_TOKEN"',
    ],
    ['with the header in front', "claude mcp add -t http -H 'Authorization: Bearer <token>' scavio https://mcp.scavio.dev/mcp"],
    ['with -s behind', 'claude mcp add scavio https://mcp.scavio.dev/mcp -t http -s user -H "Authorization:Bearer YOUR_TOKEN"'],
    [
      'with an --option=value',
      'claude mcp add --transport=http --scope=user scavio "https://mcp.scavio.dev/mcp" --header="Authorization: Bearer <token>"',
    ],
    [
      'as JSON',
      `claude mcp add-json scavio '{"type":"http","url":"https://mcp.scavio.dev/mcp","headers":{"Authorization":"Bearer YOUR_TOKEN"}}'`,
    ],
  ])('reads a remote server %s', (_, text) => expect(servers(text)).toEqual(scavio))

  it('keeps what belongs to the command', () => {
    expect(servers('claude mcp add web npx @playwright/mcp@latest --headless -t x')).toEqual({
      web: { package: '@playwright/mcp@latest', args: ['--headless', '-t', 'x'] },
    })
    expect(servers('claude mcp add x -- node "C:\\Program Files\\x\\index.js" --dir C:\\data\\new')).toEqual({
      x: { command: 'node', args: ['C:\\Program Files\\x\\index.js', '--dir', 'C:\\data\\new'] },
    })
    expect(servers('claude mcp add s --transport sse https://mcp.linear.app/sse')).toEqual({
      s: { url: 'https://mcp.linear.app/sse', transport: 'sse' },
    })
    expect(servers('claude mcp add x -e A=1 B=2 -e "C=a b" -- tool --fast')).toEqual({
      x: { command: 'tool', args: ['--fast'], env: { A: '1', B: '2', C: 'a b' } },
    })
  })

  it('says what it cannot read, and never the key in it', () => {
    const key = token(40)
    expect(refusal('claude mcp add x')).toContain('no command or URL follows')
    expect(refusal(`claude mcp add --${key} x`)).not.toContain(key)
    expect(refusal('claude mcp add-json x nothing')).toContain('JSON object')
    expect(refusal('claude mcp list')).toContain('adds no server')
    expect(refusal('claude mcp add x -e K=$(cat key) -- npx -y x')).toContain('nothing that is pasted is run')
    expect(refusal('claude mcp add x -e K=`cat key` -- npx -y x')).toContain('nothing that is pasted is run')
    expect(refusal("claude mcp add x -e 'K=1 -- npx -y x")).toContain('quote')
  })
})

describe('other lines', () => {
  it.each<[string, Record<string, ServerSpec>]>([
    ['npx -y tavily-mcp@0.2.22', { 'tavily-mcp': { package: 'tavily-mcp@0.2.22' } }],
    ['npx tavily-mcp --x "a b"', { 'tavily-mcp': { package: 'tavily-mcp', args: ['--x', 'a b'] } }],
    ['TAVILY_API_KEY=your-api-key npx -y tavily-mcp', tavilyMcp],
    ['env TAVILY_API_KEY=your-api-key npx -y tavily-mcp', tavilyMcp],
    ['set TAVILY_API_KEY=your-api-key && npx -y tavily-mcp', tavilyMcp],
    ['$env:TAVILY_API_KEY = "your-api-key"\nnpx -y tavily-mcp', tavilyMcp],
    ['cmd /c npx -y @upstash/context7-mcp', { 'context7-mcp': { package: '@upstash/context7-mcp' } }],
    [
      'npx -y @upstash/context7-mcp --api-key YOUR_API_KEY',
      { 'context7-mcp': { package: '@upstash/context7-mcp', args: ['--api-key', '${secret:CONTEXT7_MCP_API_KEY}'] } },
    ],
    [
      'npx -y mcp-remote https://x.dev/mcp --header "Authorization: Bearer ${AUTH_TOKEN}"',
      { x: { url: 'https://x.dev/mcp', headers: { Authorization: 'Bearer ${secret:AUTH_TOKEN}' } } },
    ],
    ['bunx x-mcp', { 'x-mcp': { package: 'x-mcp' } }],
    ['pnpm dlx x-mcp', { 'x-mcp': { package: 'x-mcp' } }],
    [
      'uvx mcp-server-git --repository ~/code',
      { 'mcp-server-git': { command: 'uvx', args: ['mcp-server-git', '--repository', '${path:~/code}'] } },
    ],
    [
      'uvx --from git+https://github.com/a/b.git b-mcp',
      { 'b-mcp': { command: 'uvx', args: ['--from', 'git+https://github.com/a/b.git', 'b-mcp'] } },
    ],
    [
      'docker run -i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN ghcr.io/github/github-mcp-server',
      {
        'github-mcp-server': {
          command: 'docker',
          args: ['run', '-i', '--rm', '-e', 'GITHUB_PERSONAL_ACCESS_TOKEN', 'ghcr.io/github/github-mcp-server'],
          env: { GITHUB_PERSONAL_ACCESS_TOKEN: '${secret:GITHUB_PERSONAL_ACCESS_TOKEN}' },
        },
      },
    ],
    [
      'docker run -i --rm -e API_KEY=<your-key> -v $HOME/data:/data mcp/postgres:latest postgresql://host/db',
      {
        postgres: {
          command: 'docker',
          args: [
            'run',
            '-i',
            '--rm',
            '-e',
            'API_KEY=${secret:API_KEY}',
            '-v',
            '${path:~/data}:/data',
            'mcp/postgres:latest',
            'postgresql://host/db',
          ],
        },
      },
    ],
    ['https://mcp.linear.app/mcp', { linear: { url: 'https://mcp.linear.app/mcp' } }],
    ['https://mcp.x.dev/mcp?api_key=YOUR_KEY&a=b', { x: { url: 'https://mcp.x.dev/mcp?api_key=${secret:X_API_KEY}&a=b' } }],
    ['https://mcp.x.dev/<API_KEY>/mcp', { x: { url: 'https://mcp.x.dev/${secret:X_API_KEY}/mcp' } }],
    ['python -m my_tool.server', { my_tool: { command: 'python', args: ['-m', 'my_tool.server'] } }],
    ['%USERPROFILE%\\bin\\tool.exe --stdio', { tool: { command: '${path:~/bin/tool.exe}', args: ['--stdio'] } }],
  ])('%s', (text, wanted) => expect(servers(text)).toEqual(wanted))

  it.each<[string, RegExp]>([
    ['npm install -g tavily-mcp', /only installs.*mcp-twin add npm:tavily-mcp/],
    ['npm i tavily-mcp', /npm:tavily-mcp/],
    ['pip install x', /begins with "pip"/],
    ['docker pull mcp/x', /only installs/],
    ['uv tool install x', /mcp-twin add "uvx x"/],
    ['npx -y @smithery/cli@latest install @x/y --client claude', /writes configs by itself/],
    ['npx', /nothing follows npx|begins with/],
    ['rm -rf /', /begins with "rm"/],
  ])('refuses %s', (text, reason) => expect(refusal(text)).toMatch(reason))

  it('may be several', () => {
    const text = '# one\nclaude mcp add a -- npx -y a-mcp\n\nclaude mcp add --transport http b https://b.dev/mcp\nnpm install x'
    expect(servers(text)).toEqual({ a: { package: 'a-mcp' }, b: { url: 'https://b.dev/mcp' } })
    const read = paste(text)
    expect(read.ok && read.notes).toEqual([expect.stringContaining('left out: npm install')])
  })

  it('takes keys out of what is pasted', () => {
    const key = token(40)
    const read = paste(`claude mcp add tavily -e TAVILY_API_KEY=${key} -- npx -y tavily-mcp`)
    expect(read.ok && read.servers).toEqual(tavily)
    expect(read.ok && read.secrets.map((each) => [each.name, reveal(each.value)])).toEqual([['TAVILY_API_KEY', key]])
    expect(JSON.stringify(read)).not.toContain(key)
  })

  it('never hangs or breaks, whatever is pasted', () => {
    const part = fc.constantFrom(
      ...[
        'claude mcp add',
        ' -e ',
        'A=b',
        '$(',
        '`',
        '"',
        "'",
        '\\',
        '\n',
        '{',
        '}',
        '<',
        '>',
        ' -- ',
        'npx',
        '%A%',
        '$A',
        '~',
        '&&',
        '|',
        '#',
        '[mcp_servers.x]',
        'x',
      ],
    )
    fc.assert(fc.property(fc.array(part, { maxLength: 30 }), (parts) => void paste(parts.join(' '))))
    fc.assert(fc.property(fc.string(), (text) => void paste(`npx ${text}`)))
    expect(paste(`don't ${"it's\n".repeat(10_000)}`).ok).toBe(false)
  })
})

describe('other formats', () => {
  it.each<[string, string]>([
    ['a table', '[mcp_servers.tavily]\ncommand = "npx"\nargs = ["-y", "tavily-mcp"]\nenv = { TAVILY_API_KEY = "YOUR_API_KEY" }\n'],
    [
      'a table of its own for env',
      '# ~/.codex/config.toml\n[mcp_servers.tavily]\ncommand = "npx"\nargs = ["-y", "tavily-mcp"]\n\n[mcp_servers.tavily.env]\nTAVILY_API_KEY = "<key>"',
    ],
    ['names of variables', '[mcp_servers.tavily]\ncommand = "npx"\nargs = ["-y", "tavily-mcp"]\nenv_vars = ["TAVILY_API_KEY"]\n'],
  ])("reads Codex's TOML with %s", (_, text) => expect(servers(text)).toEqual(tavily))

  it("reads a remote server of Codex's", () => {
    expect(servers('[mcp_servers.scavio]\nurl = "https://mcp.scavio.dev/mcp"\nbearer_token_env_var = "SCAVIO_TOKEN"\n')).toEqual(scavio)
    expect(refusal('[mcp_servers.x\ncommand = 1')).toMatch(/./)
    expect(refusal('[mcp_servers.x]\nenabled = true')).toContain('no server in it')
  })

  it('reads the link of a button', () => {
    const config = { command: 'npx', args: ['-y', 'tavily-mcp'], env: { TAVILY_API_KEY: 'YOUR_API_KEY' } }
    const base64 = Buffer.from(JSON.stringify(config)).toString('base64')
    const json = encodeURIComponent(JSON.stringify({ name: 'tavily', ...config }))
    for (const link of [
      `cursor://anysphere.cursor-deeplink/mcp/install?name=tavily&config=${encodeURIComponent(base64)}`,
      `https://cursor.com/en/install-mcp?name=tavily&config=${base64}`,
      `vscode:mcp/install?${json}`,
      `https://insiders.vscode.dev/redirect/mcp/install?name=tavily&config=${json}`,
      `https://vscode.dev/redirect?url=${encodeURIComponent(`vscode:mcp/install?${json}`)}`,
    ])
      expect(servers(link)).toEqual(tavily)
  })

  it('asks for what VS Code asks for', () => {
    expect(
      servers(
        '{ "inputs": [{ "type": "promptString", "id": "org" }], "servers": { "x": { "type": "stdio", "command": "npx", "args": ["-y", "x-mcp", "${input:x-key}"], "env": { "ORG": "${input:org}" } } } }',
      ),
    ).toEqual({ x: { package: 'x-mcp', args: ['${secret:X_KEY}'], env: { ORG: '${secret:ORG}' } } })
  })
})
