import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type CliOptions, type CliResult, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { type Planted, type WorldBuilder, world } from '../../support/world.ts'
import { tinyServer } from '../main/place.ts'

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

/** Two sides set up by a real init and sync: a package without keys and a script with one, in every program of both. */
export interface Twins {
  readonly planted: Planted
  readonly home: string
  run(args: readonly string[], options?: CliOptions & { readonly on?: string }): Promise<CliResult>
  doctor(
    args?: readonly string[],
    options?: CliOptions,
  ): Promise<DoctorDocument & { readonly code: number | null; readonly result: CliResult }>
  /** Types a remedy into a shell of the own side, where `mcp-twin` is the program under test. */
  type(command: string): Promise<string>
  manifest(servers: Record<string, unknown>, more?: Record<string, unknown>): void
  /** `mcpServers` of a program's file. */
  servers(side: string, client: string): Record<string, { command?: string; args?: string[]; env?: Record<string, string> }>
  setServers(side: string, client: string, servers: object): void
}

export const own = 'wsl:Ubuntu'

/** The server with a key: one file that lies in the home of each side, under the same name. */
const keyed = { command: nodePath, args: ['${path:~/keyed.cjs}'], env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } }

export const usualServers: Record<string, unknown> = {
  tiny: { package: 'tiny-server@1.0.0' },
  keyed: { ...keyed, only: ['claude-code', 'claude-code-config'] },
}

export function twins(registry: MiniRegistry, shape: (builder: WorldBuilder) => WorldBuilder = (builder) => builder): Twins {
  const npmrc = `registry=${registry.url}`
  const builder = shape(world().wsl('Ubuntu').windows().file('.npmrc', `${npmrc}\n`))
  const planted = builder.build({ npmrc })
  const { home } = planted.scratch
  planted.scratch.write('keyed.cjs', tinyServer)
  const bin = join(planted.scratch.root, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'mcp-twin'), `#!/bin/sh\nexec '${nodePath}' '${cliPath}' "$@"\n`)
  chmodSync(join(bin, 'mcp-twin'), 0o755)
  const run: Twins['run'] = (args, options) => planted.cli(args, options)
  return {
    planted,
    home,
    run,
    async doctor(args = [], options) {
      const result = await run(['doctor', '--json', ...args], options)
      const parsed = doctorSchema.safeParse(result.json)
      if (!parsed.success) throw new Error(`${parsed.error.message}\n${result.output}`)
      return { ...parsed.data, code: result.code, result }
    },
    type: (command) =>
      new Promise((resolve) => {
        const env = planted.env()
        const shell = { cwd: home, env: { ...env, PATH: `${bin}:${env.PATH}` }, timeout: 120_000 }
        execFile('bash', ['-c', command], shell, (error, stdout, stderr) =>
          resolve(`${stdout}${stderr}${error === null ? '' : `\n(${error.code})`}`),
        )
      }),
    manifest(servers, more = {}) {
      planted.scratch.write('.mcp-twin/mcp-twin.json', `${JSON.stringify({ version: 1, servers, ...more }, null, 2)}\n`)
    },
    servers(side, client) {
      const { mcpServers } = z.looseObject({ mcpServers: z.record(z.string(), z.any()) }).parse(planted.side(side).config(client))
      return mcpServers
    },
    setServers(side, client, servers) {
      const place = planted.side(side)
      place.write(place.clientFile(client), `${JSON.stringify({ ...place.config(client), mcpServers: servers }, null, 2)}\n`)
    },
  }
}

/** The same with everything in order: synced, so that doctor has nothing to say. */
export async function soundTwins(
  registry: MiniRegistry,
  shape?: (builder: WorldBuilder) => WorldBuilder,
  servers = usualServers,
): Promise<Twins> {
  const place = twins(registry, shape)
  place.manifest(servers)
  const stored = await place.run(['secret', 'set', 'TAVILY_API_KEY'], { input: KEY })
  const synced = await place.run(['sync', '--json'])
  if (stored.code !== 0 || synced.code !== 0) throw new Error(`${stored.output}${synced.output}`)
  return place
}

export const troubles = ({ findings }: Pick<DoctorDocument, 'findings'>): FindingDocument[] =>
  findings.filter(({ level }) => level === 'error' || level === 'failed' || level === 'warning')

/** `check level`, for what is wrong. */
export const summary = (document: Pick<DoctorDocument, 'findings'>): string[] =>
  troubles(document).map(({ check, level }) => `${check} ${level}`)
