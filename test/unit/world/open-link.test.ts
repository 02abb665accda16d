import { describe, expect, it } from 'vitest'
import { openLink } from '../../../src/effects/machine/open-link.ts'
import { clients } from '../../../src/catalog/clients/index.ts'
import type { Environment, World } from '../../../src/model/environment.ts'
import { native, reachable } from '../../../src/model/path.ts'
import type { Program, System } from '../../../src/model/system.ts'

/** A machine that only records what it was to start. */
function recording(code = 0, variables: Record<string, string> = {}) {
  const started: Program[] = []
  const run = async (program: Program) => {
    started.push(program)
    return { code, stdout: new Uint8Array(), stderr: new Uint8Array(), timedOut: false }
  }
  return { started, system: { variables, run } as unknown as System }
}

const wsl: Environment = {
  id: 'wsl:Ubuntu',
  kind: 'wsl',
  self: true,
  user: 'ana',
  home: native('/home/ana'),
  files: [],
  running: [],
  mountRoot: '/mnt/' as never,
}
const windows: Environment = {
  ...{ id: 'windows', kind: 'windows', self: false, user: 'Ana', running: [], exec: [] },
  home: native('C:\\Users\\Ana'),
  systemRoot: native('C:\\Windows'),
  files: [{ native: native('C:\\'), here: reachable('/mnt/c') }],
}
const both: World = { environments: [wsl, windows] }
const links = (id: string) => clients.find((client) => client.id === id)?.links

describe('a link of Claude', () => {
  it('is opened on Windows from WSL, by a program and not by a shell', async () => {
    const { system, started } = recording(0, { MCP_TWIN_TOKEN: 'mtw_x', MCP_TWIN_SECRET_A: 'key', PATH: '/bin' })
    const link = links('claude-desktop')?.fresh('claim action a-1 through mcp-twin & calc "%PATH%"') ?? ''
    expect(await openLink(system, both, links('claude-desktop')?.on ?? [], link)).toBe(true)
    expect(started).toMatchObject([{ argv: ['/mnt/c/Windows/System32/rundll32.exe', 'url.dll,FileProtocolHandler', link] }])
    expect(link).toBe('claude://claude.ai/new?q=claim%20action%20a-1%20through%20mcp-twin%20%26%20calc%20%22%25PATH%25%22')
    expect(started[0]?.env).toMatchObject({ MCP_TWIN_TOKEN: undefined, MCP_TWIN_SECRET_A: undefined })
  })
  it('is opened in WSL from Windows, for the program that is at home there', async () => {
    const { system, started } = recording()
    const world: World = {
      environments: [
        { ...windows, self: true },
        { ...wsl, self: false, exec: ['wsl.exe', '-d', 'Ubuntu', '--exec'] },
      ],
    }
    expect(await openLink(system, world, ['wsl'], 'claude-cli://open?q=x')).toBe(true)
    expect(started).toMatchObject([{ argv: ['wsl.exe', '-d', 'Ubuntu', '--exec', 'xdg-open', 'claude-cli://open?q=x'] }])
  })
  it('is not opened where its program runs nowhere, or its side cannot be reached', async () => {
    const { system, started } = recording()
    expect(await openLink(system, { environments: [wsl] }, ['windows', 'macos'], 'claude://claude.ai/new?q=x')).toBe(false)
    const { exec: _, ...far } = windows
    expect(await openLink(system, { environments: [wsl, far] }, ['windows'], 'claude://claude.ai/new?q=x')).toBe(false)
    expect(started).toEqual([])
  })
  it('counts as not opened when its opener fails', async () => {
    expect(await openLink(recording(3).system, both, ['windows'], 'claude://claude.ai/new?q=x')).toBe(false)
  })
  it.each([
    'https://evil.test/',
    'file:///etc/passwd',
    'claude://claude.ai/new?q=a b',
    'claude://claude.ai/new?q=a&b="c',
    'claude://claude.ai/new?q=a\nb',
    'claude://claude.ai/new?q=$(id)',
    'javascript:claude://x',
    'CLAUDE://x',
    '-claude://x',
    'claude://',
  ])('of anything else is never opened: %j', async (link) => {
    const { system, started } = recording()
    await expect(openLink(system, both, ['windows', 'wsl'], link)).rejects.toThrow(/only links of Claude/)
    expect(started).toEqual([])
  })
})
