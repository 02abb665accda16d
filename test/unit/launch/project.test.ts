import { describe, expect, it } from 'vitest'
import { native } from '../../../src/model/path.ts'
import { render, type Situation, ubuntu, written } from '../../support/launches.ts'

const inProject = (server: Situation['server'], more: Partial<Situation> = {}): Situation => ({
  server,
  scope: 'project',
  ...more,
  more: { project: { environment: ubuntu, path: native('/home/ana/work/app') }, ...more.more },
})
const cursor = { client: 'cursor' }

describe("a project's file", () => {
  it('gets npx with the exact version for a package without keys', () => {
    expect(written('f', inProject({ package: 'tavily-mcp@0.2.22', args: ['--x'], launch: 'direct' }))).toEqual({
      command: 'npx',
      args: ['-y', 'tavily-mcp@0.2.22', '--x'],
    })
    expect(written('f', inProject({ package: '@modelcontextprotocol/server-filesystem' })).args).toEqual([
      '-y',
      '@modelcontextprotocol/server-filesystem@2026.8.31',
    ])
    expect(render('f', inProject({ package: 'x' }))).toMatchObject({ kind: 'refuse', reason: expect.stringContaining('pinned') })
  })
  it("gets our launcher for a server with keys, in each client's own words, and needs none of the keys", () => {
    const server = { package: 'tavily-mcp@0.2.22', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } }
    expect(written('tavily', inProject(server))).toEqual({
      command: 'node',
      args: ['${HOME}/.mcp-twin/bin/mcp-twin.mjs', 'run', '--project=.', 'tavily'],
    })
    expect(written('tavily', inProject(server, cursor))).toEqual({
      command: 'node',
      args: ['${userHome}/.mcp-twin/bin/mcp-twin.mjs', 'run', '--project=${workspaceFolder}', 'tavily'],
    })
    expect(written('s', inProject({ url: 'https://x.dev/mcp', headers: { k: '${secret:K}' } })).args).toContain('--project=.')
  })
  it('keeps commands and addresses without keys as written', () => {
    expect(written('c', inProject({ command: 'uvx', args: ['thing'], env: { A: '1' } }))).toEqual({
      command: 'uvx',
      args: ['thing'],
      env: { A: '1' },
    })
    expect(written('s', inProject({ url: 'https://x.dev/mcp' }))).toEqual({ type: 'http', url: 'https://x.dev/mcp' })
    expect(written('s', inProject({ url: 'https://x.dev/mcp' }, cursor))).toEqual({ url: 'https://x.dev/mcp' })
  })
  it('names variables as the client does, never by their value', () => {
    const server = { command: 'x', args: ['${env:WHO}'] }
    expect(written('c', inProject(server, { variables: { WHO: 'ana' } })).args).toEqual(['${WHO}'])
    expect(written('c', inProject(server, { ...cursor, variables: { WHO: 'ana' } })).args).toEqual(['${env:WHO}'])
  })
  it('writes paths from home or from the project, and refuses the others', () => {
    const server = (path: string) => ({ command: 'x', args: [`\${path:${path}}`] })
    expect(written('c', inProject(server('~/notes'))).args).toEqual(['${HOME}/notes'])
    expect(written('c', inProject(server('~/notes'), cursor)).args).toEqual(['${userHome}/notes'])
    expect(written('c', inProject(server('/home/ana/notes'))).args).toEqual(['${HOME}/notes'])
    expect(written('c', inProject(server('\\\\wsl.localhost\\Ubuntu\\home\\ana\\work\\app\\data'))).args).toEqual(['./data'])
    expect(written('c', inProject(server('docs/a'))).args).toEqual(['./docs/a'])
    expect(written('c', inProject(server('./docs'), cursor)).args).toEqual(['${workspaceFolder}/docs'])
    expect(render('c', inProject(server('/opt/thing')))).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('${path:/opt/thing}'),
    })
    expect(render('c', inProject(server('/home/ana2/x')))).toMatchObject({ kind: 'refuse' })
  })
  it('names parts that mean nothing there', () => {
    const server = { command: 'x', on: { windows: { command: 'y' } }, runIn: 'wsl', only: ['windows', 'claude-code'] }
    const rendered = render('c', inProject(server))
    expect(rendered).toMatchObject({
      kind: 'entry',
      notices: [expect.stringContaining('"on"'), expect.stringContaining('"runIn"'), expect.stringContaining('windows')],
    })
    expect(render('c', inProject(server, cursor)).kind).toBe('none')
  })
  it('never carries a key that somebody wrote into the manifest', () => {
    const rendered = render('c', inProject({ command: 'x', env: { API_KEY: ['zq', '81mn', '55xo', 'p0'].join('') } }))
    expect(rendered).toMatchObject({ kind: 'refuse', hint: expect.stringContaining('secret set') })
    expect(JSON.stringify(rendered)).not.toContain('81mn')
  })
})
