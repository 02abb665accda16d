import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { judge } from '../fixtures/configs/check-merge.mjs'
import { type CliResult, cli } from '../support/cli.ts'
import { nodePath } from '../support/machine.ts'
import { asOrdinaryUser, lacksOrdinaryUser } from '../support/ordinary-user.ts'
import { sample } from '../support/runs.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { type Planted, world } from '../support/world.ts'

const folder = fileURLToPath(new URL('../fixtures/configs', import.meta.url))

interface Case {
  readonly id: string
  readonly why: string
  readonly target: 'claude_desktop' | 'claude_code' | 'cursor' | 'project_mcp'
  readonly place_as: string
  readonly outcome: 'merge' | 'refuse' | 'noop'
  readonly op: { readonly name: string; readonly entry: { readonly command: string; readonly args: readonly string[] } }
  readonly setup?: { readonly mode?: string; readonly absent?: boolean; readonly symlink_chain?: readonly string[]; readonly real?: string }
  readonly generate?: { readonly bytes: number; readonly seed: number }
  readonly mode_after?: string
  readonly links_after?: 'unchanged'
}

const cases: Case[] = readdirSync(folder)
  .filter((name) => name.endsWith('.expect.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))

/** Bytes alone are merged in test/integration/formats too: of those cases a sample is enough. */
const few = (of: readonly Case[], count: number): Case[] => [
  ...of.filter(({ setup }) => setup !== undefined),
  ...sample(
    of.filter(({ setup }) => setup === undefined),
    count,
  ),
]

const clients = { claude_desktop: 'claude-desktop', claude_code: 'claude-code', cursor: 'cursor', project_mcp: 'claude-code' } as const

/** What lies at a path, links followed: its bytes, and what must not change where nothing is written. */
const look = (file: string) => {
  if (!existsSync(file)) return null
  const { ino, mtimeNs, mode } = statSync(file, { bigint: true })
  return { bytes: readFileSync(file), identity: `${ino} ${mtimeNs}`, mode: `0${(Number(mode) & 0o777).toString(8)}` }
}

const manifestOf = ({ op }: Case, inProject: boolean) =>
  JSON.stringify({ version: 1, servers: { [op.name]: op.entry }, ...(!inProject && { bridge: { enabled: false } }) })

/** Puts a case's file where its client has it, with mode and links as the case says. */
function place(each: Case, file: string): void {
  mkdirSync(dirname(file), { recursive: true })
  if (each.setup?.absent) return
  const real = each.setup?.real === undefined ? file : join(dirname(file), each.setup.real)
  mkdirSync(dirname(real), { recursive: true })
  if (each.generate) execFileSync(nodePath, [join(folder, 'gen-big.mjs'), real, String(each.generate.bytes), String(each.generate.seed)])
  else writeFileSync(real, readFileSync(join(folder, `${each.id}.json`)))
  for (const link of each.setup?.symlink_chain ?? []) symlinkSync(link.split(' -> ')[1] ?? '', file)
  if (each.setup?.mode !== undefined) chmodSync(real, Number.parseInt(each.setup.mode, 8))
}

interface Ground {
  readonly home: Scratch
  readonly file: string
  sync(): Promise<{ result: CliResult }>
}

/** A user's home with the case's file and a manifest that holds the case's server. */
function ground(each: Case): Ground {
  const home = scratch()
  const project = each.target === 'project_mcp'
  const under = { claude_desktop: '.config/Claude', claude_code: '', cursor: '', project_mcp: 'work' }[each.target]
  const file = home.path(under, each.place_as)
  place(each, file)
  if (project) mkdirSync(home.path('work/.git'))
  home.write(project ? 'work/mcp-twin.json' : '.mcp-twin/mcp-twin.json', manifestOf(each, project))
  const wrapper = lacksOrdinaryUser() === null ? asOrdinaryUser(home) : []
  return {
    home,
    file,
    async sync() {
      const result = await cli(home, ['sync', '--client', clients[each.target]], {
        cwd: project ? home.path('work') : home.home,
        wrapper,
      })
      return { result }
    },
  }
}

/** Backups of a run, whatever their names: files in the folder of backups. */
const backups = (home: Scratch): string[] => {
  const at = home.path('.mcp-twin/backups')
  return existsSync(at) ? readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((name) => lstatSync(join(at, name)).isFile()) : []
}

describe('a fixture, by the real program', () => {
  it('is one of 26', () => expect(cases).toHaveLength(26))

  it.each(few(cases, 7))('$id: $why', async (each) => {
    const { home, file, sync } = ground(each)
    const before = look(file)
    const names = readdirSync(dirname(file)).sort()
    const { result } = await sync()
    const after = look(file)
    expect(judge(each, before?.bytes ?? null, after?.bytes ?? null, result.output, result.code), result.output).toMatchObject({
      pass: true,
      fails: [],
    })
    if (each.outcome !== 'merge') {
      expect(after?.identity).toBe(before?.identity)
      expect(backups(home).filter((name) => !name.endsWith('index.json'))).toEqual([])
    }
    if (each.outcome === 'refuse') expect(result.code, result.output).toBe(3)
    if (each.mode_after) expect(after?.mode).toBe(each.mode_after)
    if (each.links_after) expect(readlinkSync(file)).toBe(each.setup?.real)
    // Nothing of ours stays beside it: no temporary file, no lock.
    if (!each.setup?.absent) expect(readdirSync(dirname(file)).sort()).toEqual(names)

    const again = await sync()
    expect(look(file)?.identity, again.result.output).toBe(after?.identity)
    expect(again.result.code, again.result.output).toBe(result.code)
  })
})

describe('Claude Desktop’s fixtures, on the Windows side of a planted world', () => {
  const desktop = cases.filter(({ target }) => target === 'claude_desktop')

  it.each(few(desktop, 3))('$id: $why', async (each) => {
    const planted: Planted = world().wsl('Ubuntu').windows().build()
    const windows = planted.side('windows')
    const file = windows.here(windows.clientFile('claude-desktop'))
    place(each, file)
    // A command that Windows has by this name would be found there; here only the entry matters, so it is spelled for Windows.
    planted.self.write('.mcp-twin/mcp-twin.json', manifestOf(each, false))
    const before = look(file)
    const result = await planted.cli(['sync', '--client', 'claude-desktop', '--on', 'windows'])
    const after = look(file)
    if (each.outcome === 'refuse') {
      expect(after?.identity).toBe(before?.identity)
      expect(result.code, result.output).toBe(3)
      return
    }
    const { pass, fails } = judge(
      withEntryAsWritten(each, after?.bytes),
      before?.bytes ?? null,
      after?.bytes ?? null,
      result.output,
      result.code,
    )
    expect({ pass, fails }, result.output).toEqual({ pass: true, fails: [] })
  })
})

/**
 * A `command` server reached across keeps its arguments, while its command becomes the absolute path that the other
 * side's login shell finds: what the judge looks at here is the file around the entry.
 */
function withEntryAsWritten(each: Case, after: Uint8Array | undefined): Case {
  const written = JSON.parse(Buffer.from(after ?? '{}').toString()).mcpServers?.[each.op.name]
  return { ...each, op: { ...each.op, entry: { command: written?.command ?? 'missing', args: each.op.entry.args } } }
}
