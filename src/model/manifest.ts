import { z } from './zod.ts'

/** Names that every client takes as they are; others are mapped, stably, where a client refuses them. */
const serverName = z.string().min(1).max(128)

const texts = z.record(z.string(), z.string())
const argumentsList = z.array(z.string())
export const launchKinds = ['direct', 'npx', 'run'] as const
export type LaunchKind = (typeof launchKinds)[number]

/** What differs in one environment; everything not named stays as the server has it. */
export const overrideSchema = z.strictObject({
  package: z.string().optional(),
  command: z.string().min(1).optional(),
  url: z.string().optional(),
  args: argumentsList.optional(),
  env: texts.optional(),
  headers: texts.optional(),
  transport: z.enum(['http', 'sse']).optional(),
  bin: z.string().optional(),
  launch: z.enum(launchKinds).optional(),
})
export type Override = z.infer<typeof overrideSchema>

export const serverSchema = z.strictObject({
  package: z.string().min(1).optional().describe('npm package, optionally with a version, range or tag: "tavily-mcp@0.2.22"'),
  command: z.string().min(1).optional().describe('program to start, as typed on its own side'),
  url: z.string().min(1).optional().describe('address of a remote server'),
  args: argumentsList.optional(),
  env: texts.optional().describe('variables; "${secret:NAME}" stands for a key of the store'),
  headers: texts.optional().describe('HTTP headers of a url server'),
  transport: z.enum(['http', 'sse']).optional().describe('how a url server is spoken to; default http'),
  only: z.array(z.string()).optional().describe('client ids, environment kinds or ids that get this server'),
  except: z.array(z.string()).optional().describe('client ids, environment kinds or ids that do not'),
  on: z.record(z.string(), overrideSchema).optional().describe('what differs in an environment (kind or id)'),
  runIn: z.string().optional().describe('"each" (default), or the one environment where it runs'),
  launch: z.enum(launchKinds).optional().describe('overrides the global launch'),
  bin: z.string().optional().describe('which program of the package to start'),
  allowScripts: z.boolean().optional().describe('let npm run the install scripts of this package; default false'),
  share: z.boolean().optional().describe('reach it through the bridge instead of one entry per client'),
  disabled: z.boolean().optional(),
  description: z.string().optional(),
})
export type ServerSpec = z.infer<typeof serverSchema>

const clientSwitch = z.union([z.boolean(), z.looseObject({ file: z.string().optional() })])

export const bridgeSchema = z.strictObject({
  enabled: z.boolean().optional(),
  roots: z.array(z.string()).optional(),
  readOnly: z.boolean().optional(),
  terminal: z.enum(['off', 'sandbox', 'on']).optional(),
  blockedCommands: z.array(z.string()).optional(),
  families: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
  plugins: z.record(z.string(), z.string()).optional(),
  http: z.union([z.boolean(), z.int().min(1).max(65535)]).optional(),
  ws: z.union([z.boolean(), z.int().min(1).max(65535)]).optional(),
})

/** `mcp-twin.json` (SPEC §2). It never holds a key. */
export const manifestSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  servers: z.record(serverName, serverSchema).default({}),
  clients: z.record(z.string(), clientSwitch).optional(),
  distros: z.array(z.string()).optional(),
  secrets: z.strictObject({ command: z.array(z.string()).min(1) }).optional(),
  launch: z.enum(launchKinds).optional(),
  prefix: z.union([z.enum(['own', 'global']), z.record(z.string(), z.string())]).optional(),
  bridge: bridgeSchema.optional(),
})
export type Manifest = z.infer<typeof manifestSchema>
