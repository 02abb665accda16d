import { cpSync, mkdirSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { tinyRemote } from '../../support/http-servers.ts'
import { session } from '../../support/mcp.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { filesWith } from '../../support/processes.ts'
import { type Home, home, settingsFor, tinyRegistry, tinyServer } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const KEY = 'story-key-8e1c3a5f7b9d2046'
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }

type Entry = { command: string; args: string[]; env?: Record<string, string>; type?: string; url?: string }

/** How each editor fills what stands in its file, and where it starts servers. */
const editors = [
  { file: '.mcp.json', fill: (text: string, place: Home) => text.replaceAll('${HOME}', place.home), cwd: (_: Home, site: string) => site },
  {
    file: '.cursor/mcp.json',
    fill: (text: string, place: Home, site: string) => text.replaceAll('${userHome}', place.home).replaceAll('${workspaceFolder}', site),
    cwd: (place: Home) => place.home,
  },
]

/** The tools that each editor lists of a server, started by the entry that stands in its file; null: it did not answer. */
async function started(place: Home, site: string, name: string): Promise<(string[] | null)[]> {
  const found: (string[] | null)[] = []
  for (const { file, fill, cwd } of editors) {
    const { mcpServers } = place.readJson(`${site}/${file}`) as { mcpServers: Record<string, Entry> }
    const { command, args, env = {} } = mcpServers[name] as Entry
    const folder = place.path(site)
    const server = session({
      command,
      args: args.map((word) => fill(word, place, folder)),
      env: { ...place.env, ...env },
      cwd: cwd(place, folder),
      timeoutMs: 60_000,
    })
    try {
      await server.ask('initialize', HELLO)
      server.notify('notifications/initialized')
      const { tools } = await server.ask('tools/list')
      found.push((tools as { name: string }[]).map((tool) => tool.name))
    } catch {
      found.push(null)
    }
    await server.end()
  }
  return found
}

const both = (tool: string) => [[tool], [tool]]

it("servers with keys start in both editors: the author's, and a colleague's once it is trusted", async () => {
  const far = await tinyRemote(['http', 'sse'], { key: KEY })
  const npmrc = settingsFor(registry)
  const author = home({ npmrc })
  putProgram(author.path('.mcp-twin'))
  mkdirSync(author.path('site/.git'), { recursive: true })
  mkdirSync(author.path('site/.cursor'), { recursive: true })
  author.write('site/tools/server.cjs', tinyServer)
  const at = (place: Home, words: readonly string[], more = {}) => place.run(words, { cwd: place.path('site'), tries: true, ...more })
  const ok = async (place: Home, words: readonly string[], more = {}) => {
    const result = await at(place, words, more)
    expect(result.code, `${words.join(' ')}\n${result.output}`).toBe(0)
    return result
  }

  await ok(author, ['init', '--project', '--yes'])
  await ok(author, ['secret', 'set', 'K'], { input: KEY })
  await ok(author, ['add', 'pack', '--package', 'tiny-server', '--secret', 'K'])
  await ok(author, ['add', 'file', '--command', 'node', '--secret', 'K', '--', './tools/server.cjs'])
  const added = await ok(author, ['add', 'far', '--url', far.url, '--header', 'x-api-key={secret:K}', '--json'])
  expect(
    added.json.checks.every(({ ok }: { ok: boolean }) => ok),
    added.output,
  ).toBe(true)
  expect(filesWith(KEY, [author.path('site')])).toEqual([])
  for (const [name, tool] of [
    ['pack', 'echo'],
    ['file', 'echo'],
    ['far', 'tell'],
  ] as const)
    expect(await started(author, 'site', name), name).toEqual(both(tool))
  const deep = await at(author, ['doctor', '--deep', '--json'])
  expect(
    deep.json.findings.filter(({ level }: { level: string }) => level === 'error' || level === 'failed'),
    deep.output,
  ).toEqual([])

  // A clone: what was committed, in another home, with another key store.
  const colleague = home({ npmrc })
  putProgram(colleague.path('.mcp-twin'))
  cpSync(author.path('site'), colleague.path('site'), { recursive: true })
  const before = await at(colleague, ['doctor', '--deep', '--json'])
  const starts = before.json.findings.filter(({ check }: { check: string }) => check === 'server-starts')
  expect(new Set(starts.map(({ level }: { level: string }) => level)), before.output).toEqual(new Set(['skipped']))
  const plain = await at(colleague, ['doctor', '--json'])
  expect(plain.json.findings, plain.output).toContainEqual(
    expect.objectContaining({ check: 'server-starts', level: 'warning', fix: expect.stringMatching(/^mcp-twin trust /) }),
  )
  await ok(colleague, ['trust'])
  const keyless = await at(colleague, ['doctor', '--json'])
  expect(JSON.stringify(keyless.json.findings), keyless.output).toContain('mcp-twin secret set K')
  await ok(colleague, ['secret', 'set', 'K'], { input: KEY })
  for (const [name, tool] of [
    ['pack', 'echo'],
    ['file', 'echo'],
    ['far', 'tell'],
  ] as const)
    expect(await started(colleague, 'site', name), name).toEqual(both(tool))
  const after = await at(colleague, ['doctor', '--deep', '--json'])
  expect(
    after.json.findings.filter(({ level }: { level: string }) => level === 'error' || level === 'failed'),
    after.output,
  ).toEqual([])
})
