import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type CliOptions, type CliResult, cliPath } from '../../support/cli.ts'
import { lockedOf, putInstalled } from '../../support/installed.ts'
import { nodePath } from '../../support/machine.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { restored } from '../../support/restored.ts'
import { type Planted, type WorldBuilder, world } from '../../support/world.ts'
import { tinyServer } from '../support/place.ts'

const findingSchema = z.looseObject({
  check: z.string(),
  level: z.enum(['ok', 'info', 'warning', 'error', 'skipped', 'failed']),
  subject: z.string(),
  message: z.string(),
  fix: z.string().nullable(),
  environment: z.string().optional(),
  detail: z.array(z.string()).optional(),
})
export type FindingDocument = z.infer<typeof findingSchema>

/** What `doctor --json` says. */
const doctorSchema = z.looseObject({
  command: z.literal('doctor'),
  ok: z.boolean(),
  environments: z.array(
    z.looseObject({
      id: z.string(),
      kind: z.string(),
      label: z.string(),
      home: z.string(),
      node: z.object({ path: z.string(), version: z.string().nullable() }).nullable(),
      npmPrefix: z.string().nullable(),
      reach: z.enum(['native', 'across', 'none']),
    }),
  ),
  findings: z.array(findingSchema),
  fixed: z.array(z.object({ what: z.string(), outcome: z.enum(['done', 'failed']), reason: z.string().nullable() })).optional(),
})
export type DoctorDocument = z.infer<typeof doctorSchema>

export const KEY = 'tvly-dev-4f9Qz8LmT2sWk7Rb1XcV'
export const OTHER_KEY = 'tvly-dev-9aB3dE5fG7hJ1kM4nP6q'

/** Two sides set up by a real sync: a package and a script with a key, in every program of both. */
export interface Twins {
  readonly planted: Planted
  /** Home of the own side, as this machine opens it. */
  readonly home: string
  /** Variables that are set for every program from now on. */
  readonly variables: Record<string, string>
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
  doctor(
    args?: readonly string[],
    options?: CliOptions,
  ): Promise<DoctorDocument & { readonly code: number | null; readonly result: CliResult }>
  /** Types a line into a new login of the own side, where `mcp-twin` is the program under test. */
  type(command: string): Promise<string>
  /** Changes what the own side sees of the world, as another detection would. */
  see(change: (environments: Record<string, unknown>[]) => void): void
  manifest(servers: Record<string, unknown>, more?: Record<string, unknown>): void
  /** `mcpServers` of a program's file. */
  servers(side: string, client: string): Record<string, { command?: string; args?: string[]; env?: Record<string, string> }>
  setServers(side: string, client: string, servers: object): void
  /** Puts published packages (`tiny-server@1.0.0`) on both sides and into the lock, as a sync would. */
  install(specs: readonly string[]): void
}

export const own = 'wsl:Ubuntu'

/** A server with a key: one file that lies in the home of each side. */
const keyed = {
  command: nodePath,
  args: ['${path:~/keyed.cjs}'],
  env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' },
  on: { windows: { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\Users\\Ana\\keyed.cjs'] } },
}

export const usualServers: Record<string, unknown> = { tiny: { package: 'tiny-server@1.0.0' }, keyed }

/** WSL and Windows beside it; `shape` adds to the Windows side. */
export function twins(registry: MiniRegistry, shape: (builder: WorldBuilder) => WorldBuilder = (builder) => builder): Twins {
  const npmrc = `registry=${registry.url}\n`
  return furnish(shape(world().wsl('Ubuntu').windows().file('.npmrc', npmrc)), registry)
}

/** The same seen from Windows, where home then is: so that every file of the distribution is one of the test. */
export function twinsFromWindows(registry: MiniRegistry): Twins {
  const npmrc = `registry=${registry.url}\n`
  return furnish(world().windows().file('.npmrc', npmrc).wsl('Ubuntu').file('.npmrc', npmrc), registry)
}

function furnish(builder: WorldBuilder, registry: MiniRegistry): Twins {
  const planted = builder.build({ npmrc: `registry=${registry.url}\n` })
  const home = planted.self.here(planted.self.facts.home)
  // As init makes it: for its owner alone.
  mkdirSync(join(home, '.mcp-twin'), { mode: 0o700 })
  for (const side of ['wsl:Ubuntu', 'windows']) {
    planted.side(side).write('keyed.cjs', tinyServer)
    putProgram(planted.side(side).here('.mcp-twin'))
  }
  const bin = join(planted.scratch.root, 'bin')
  mkdirSync(bin)
  const program = (name: string, line: string): void => writeFileSync(join(bin, name), `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 })
  program('mcp-twin', `'${nodePath}' '${cliPath}'`)
  // A remedy may ask for more rights than the test has, or needs.
  program('sudo', 'env')
  const variables: Record<string, string> = {}
  const run: Twins['run'] = (args, options) => planted.cli(args, { ...options, env: { ...variables, ...options?.env } })
  return {
    ...{ planted, home, variables, run },
    doctor: (args, options) => doctor(run, args, options),
    type(command) {
      const env = { ...planted.env(), ...variables }
      const shell = { cwd: home, env: { ...env, PATH: `${bin}:${env.PATH}` }, timeout: 120_000 }
      return bash(`[ -f ~/.bashrc ] && . ~/.bashrc; ${command}`, shell)
    },
    see(change) {
      const file = planted.env().MCP_TWIN_WORLD ?? ''
      const seen = z.object({ environments: z.array(z.record(z.string(), z.unknown())) }).parse(JSON.parse(readFileSync(file, 'utf8')))
      change(seen.environments)
      writeFileSync(file, JSON.stringify(seen))
    },
    manifest(servers, more = {}) {
      writeFileSync(
        join(home, '.mcp-twin/mcp-twin.json'),
        `${JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more }, null, 2)}\n`,
      )
    },
    servers(side, client) {
      const { mcpServers } = z.looseObject({ mcpServers: z.record(z.string(), z.any()) }).parse(planted.side(side).config(client))
      return mcpServers
    },
    setServers(side, client, servers) {
      const place = planted.side(side)
      place.write(place.clientFile(client), `${JSON.stringify({ ...place.config(client), mcpServers: servers }, null, 2)}\n`)
    },
    install(specs) {
      for (const side of ['wsl:Ubuntu', 'windows']) putInstalled(registry, planted.side(side).here('.mcp-twin'), ...specs)
      const file = join(home, '.mcp-twin/mcp-twin.lock.json')
      const { packages = {} } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
      for (const spec of specs) packages[spec] = lockedOf(registry, spec)
      writeFileSync(file, `${JSON.stringify({ version: 1, packages }, null, 2)}\n`)
    },
  }
}

async function doctor(run: Twins['run'], args: readonly string[] = [], options: CliOptions = {}): ReturnType<Twins['doctor']> {
  const result = await run(['doctor', '--json', ...args], options)
  const parsed = doctorSchema.safeParse(result.json)
  if (!parsed.success) throw new Error(`${parsed.error.message}\n${result.output}`)
  return { ...parsed.data, code: result.code, result }
}

const bash = (line: string, options: { cwd: string; env: Record<string, string>; timeout: number }): Promise<string> =>
  new Promise((resolve) => {
    execFile('bash', ['-c', line], options, (error, stdout, stderr) =>
      resolve(`${stdout}${stderr}${error === null ? '' : `\n(${error.code})`}`),
    )
  })

/** The exact versions that servers name. */
const exactIn = (servers: Record<string, unknown>): string[] =>
  Object.values(servers).flatMap((server) => {
    const words = typeof server === 'object' && server !== null && 'package' in server ? String(server.package) : ''
    return /.@\d+\.\d+\.\d+$/.test(words) ? [words] : []
  })

/** Everything in order: keys stored, packages installed, every config synced, so that doctor has nothing to say. */
export async function sound(
  place: Twins,
  servers: Record<string, unknown> = usualServers,
  more: Record<string, unknown> = {},
): Promise<Twins> {
  place.manifest(servers, more)
  place.install(exactIn(servers))
  const stored = await place.run(['secret', 'set', 'TAVILY_API_KEY'], { input: KEY })
  const synced = await place.run(['sync', '--json'])
  if (stored.code !== 0 || synced.code !== 0) throw new Error(`${stored.output}${synced.output}`)
  return place
}

/** A place for tests that run one after another: set up once, and as it was then each time it is asked for. */
export function restoredTwins(make: () => Promise<Twins>): () => Promise<Twins> {
  const next = restored(make, ({ planted }) => planted.scratch.root)
  return async () => {
    const place = await next()
    for (const name of Object.keys(place.variables)) delete place.variables[name]
    return place
  }
}

export const troubles = ({ findings }: Pick<DoctorDocument, 'findings'>): FindingDocument[] =>
  findings.filter(({ level }) => level === 'error' || level === 'failed' || level === 'warning')

/** `check level`, for what is wrong. */
export const summary = (document: Pick<DoctorDocument, 'findings'>): string[] =>
  troubles(document).map(({ check, level }) => `${check} ${level}`)
