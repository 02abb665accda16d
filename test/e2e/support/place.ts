import { lstatSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { z } from 'zod'
import { type CliOptions, type CliResult, cli } from '../../support/cli.ts'
import { quickly, quickScratch } from '../../support/in-process.ts'
import { nodePath } from '../../support/machine.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { publishBinaries } from '../../support/own-binaries.ts'
import { type Scratch, type ScratchOptions, scratch } from '../../support/scratch.ts'
import { namesUnder } from '../../support/under.ts'

/** An MCP server in one file without any package: it answers the handshake and has one tool. */
export const tinyServer = `
let rest = ''
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  rest += chunk
  for (let at = rest.indexOf('\\n'); at >= 0; at = rest.indexOf('\\n')) {
    const line = rest.slice(0, at)
    rest = rest.slice(at + 1)
    if (line.trim() !== '') answer(JSON.parse(line))
  }
})
function answer({ id, method, params }) {
  if (id === undefined) return
  const tools = [{ name: 'echo', description: 'says it again', inputSchema: { type: 'object' } }]
  const results = {
    initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'tiny', version: '1.0.0' } },
    'tools/list': { tools },
    ping: {},
  }
  const end = results[method] ? { result: results[method] } : { error: { code: -32601, message: 'no such method' } }
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...end }) + '\\n')
}
`

/** A registry of this machine with servers that are installed in a moment: tiny-server (two versions), @tiny/other. */
export async function tinyRegistry(): Promise<MiniRegistry> {
  const registry = await miniRegistry()
  const publish = (name: string, version: string) =>
    registry.publish({
      manifest: { name, version, bin: { [name.split('/').at(-1) ?? name]: 'server.js' } },
      files: { 'server.js': `#!/usr/bin/env node\n${tinyServer}` },
    })
  for (const version of ['1.0.0', '1.1.0']) publish('tiny-server', version)
  publish('@tiny/other', '2.0.0')
  publishBinaries(registry)
  afterAll(() => registry.close())
  return registry
}

export const settingsFor = (registry: MiniRegistry): string => `registry=${registry.url}`

const nullable = z.string().nullable()
const stepSchema = z.looseObject({
  kind: z.enum(['install', 'write', 'remove', 'refuse']),
  environment: z.string(),
  client: nullable,
  file: nullable,
  server: nullable,
  change: z.enum(['add', 'update', 'remove', 'adopt', 'none']),
  outcome: z.enum(['planned', 'done', 'refused', 'failed', 'skipped']),
  reason: nullable,
  hint: nullable,
})
export type StepDocument = z.infer<typeof stepSchema>

/** What `--json` says of a sync, and of every command that ends in one. */
const syncSchema = z.looseObject({
  command: z.string(),
  inSync: z.boolean(),
  changed: z.boolean(),
  run: nullable,
  steps: z.array(stepSchema),
  unmanaged: z.array(z.looseObject({ environment: z.string(), client: z.string(), server: z.string() })),
  restart: z.array(z.string()),
  notices: z.array(z.string()),
})
export type SyncDocument = z.infer<typeof syncSchema>

/** The document of a run, judged by its shape; the whole of what was said stands in the failure. */
export function documentOf(result: CliResult): SyncDocument {
  const parsed = syncSchema.safeParse(result.json)
  if (!parsed.success) throw new Error(`${parsed.error.message}\n${result.output}`)
  return parsed.data
}

const errorSchema = z.looseObject({
  command: z.string(),
  error: z.looseObject({ code: z.string(), message: z.string(), hint: nullable }),
})

export function errorOf(result: CliResult): z.infer<typeof errorSchema>['error'] {
  const parsed = errorSchema.safeParse(result.json)
  if (!parsed.success) throw new Error(`${parsed.error.message}\n${result.output}`)
  return parsed.data.error
}

/** One file or folder as a run may not change it: bytes, inode, times, mode. */
type Leaf = readonly [kind: string, mode: number, inode: number, modifiedMs: number, content: string]

/** Everything below a folder. `except`: paths (by their beginning) that are not ours to judge. */
export function treeOf(folder: string, except: readonly string[] = []): Map<string, Leaf> {
  const found = new Map<string, Leaf>()
  for (const name of namesUnder(folder)) {
    if (except.some((each) => name === each || name.startsWith(`${each}/`))) continue
    const path = join(folder, name)
    const facts = lstatSync(path)
    const [kind, content] = facts.isSymbolicLink()
      ? ['link', readlinkSync(path)]
      : facts.isDirectory()
        ? ['folder', '']
        : facts.isFile()
          ? ['file', readFileSync(path, 'base64')]
          : ['other', '']
    found.set(name, [kind, facts.mode & 0o7777, facts.ino, facts.mtimeMs, content])
  }
  return found
}

/** The same without inodes and times: what is there, and its bytes. */
export const contentOf = (folder: string, except: readonly string[] = []): Map<string, string> =>
  new Map([...treeOf(folder, except)].map(([name, [kind, mode, , , content]]) => [name, `${kind} ${mode.toString(8)} ${content}`]))

/** A manifest in a home where everything is local: `servers` are commands, so that nothing is installed. */
export interface Home extends Scratch {
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
  /** A command with `--json`, its document judged. */
  json(args: readonly string[], options?: CliOptions): Promise<SyncDocument & { readonly code: number | null }>
  manifest(servers: Record<string, unknown>, more?: Record<string, unknown>): void
  /** A server of one file that answers, as a manifest and a config say it. */
  readonly tiny: { readonly command: string; readonly args: readonly string[] }
  /** `mcpServers` of a file of the home. */
  servers(file: string): Record<string, unknown>
}

export const codeFile = '.claude.json'
export const oldFile = '.config/claude/claude_code_config.json'
export const cursorFile = '.cursor/mcp.json'
export const desktopFile = '.config/Claude/claude_desktop_config.json'

/** A home whose commands run in this process, where they need nothing else: for tests of files, which run many. */
export const quickHome = (options: ScratchOptions = {}): Home => homeOf(quickScratch(options), quickly)

export const home = (options: ScratchOptions = {}): Home => homeOf(scratch(options), cli)

function homeOf(place: Scratch, start: (place: Scratch, args: readonly string[], more?: CliOptions) => Promise<CliResult>): Home {
  const run = (args: readonly string[], more?: CliOptions) => start(place, args, more)
  const tiny = { command: nodePath, args: [place.write('tiny.cjs', tinyServer)] }
  return Object.assign(place, {
    run,
    tiny,
    async json(args: readonly string[], more?: CliOptions) {
      const result = await run([...args, '--json'], more)
      return { ...documentOf(result), code: result.code }
    },
    manifest(servers: Record<string, unknown>, more: Record<string, unknown> = {}) {
      mkdirSync(place.path('.mcp-twin'), { recursive: true, mode: 0o700 })
      place.write('.mcp-twin/mcp-twin.json', `${JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more }, null, 2)}\n`)
    },
    servers(file: string) {
      return (place.readJson(file) as { mcpServers: Record<string, unknown> }).mcpServers
    },
  })
}

/** What was done with one server in one client's file: `add done`, `none refused`. */
export const stepsAs = (document: Pick<SyncDocument, 'steps'>): string[] =>
  document.steps.map(({ kind, client, server, change, outcome }) => [kind, client ?? '-', server ?? '-', change, outcome].join(' '))

/** Nothing of ours is left beside a home's files: no lock, no temporary file. */
export function expectTidy(folder: string): void {
  const left = namesUnder(folder).filter(
    (name) => /mcp-twin-lock|\.mcp-twin-[0-9a-f]|\.part|\.lock$|\.tmp$/.test(name) && !/node_modules|mcp-twin\.lock\.json/.test(name),
  )
  expect(left).toEqual([])
}
