import { terminalModes } from './bridge-words.ts'
import {
  filledText,
  flag,
  optionalFilled,
  optionalFlag,
  optionalList,
  optionalText,
  optionalTexts,
  text,
  textList,
  texts,
  z,
} from './zod.ts'

/** Names that every client takes as they are; others are mapped, stably, where a client refuses them. */
const serverName = text.check(z.minLength(1), z.maxLength(128))

const launchKinds = ['direct', 'npx', 'run'] as const
export type LaunchKind = (typeof launchKinds)[number]

/** What a server is: one of these keys says it. */
export const serverKinds = ['package', 'pypi', 'command', 'url'] as const

const optionalTransport = z.optional(z.enum(['http', 'sse']))
const optionalLaunch = z.optional(z.enum(launchKinds))
/** How a server is reached through the bridge: which of its tools, and whose answers may be used again. */
const optionalShare = z.optional(z.union([flag, z.strictObject({ tools: optionalList, cache: optionalList })]))
const port = z.int().check(z.minimum(1), z.maximum(65535))
const optionalPort = z.optional(z.union([flag, port]))

/** What differs in one environment; everything not named stays as the server has it. */
export const overrideSchema = z.strictObject({
  package: optionalText,
  pypi: optionalText,
  command: optionalFilled,
  url: optionalText,
  args: optionalList,
  env: optionalTexts,
  headers: optionalTexts,
  transport: optionalTransport,
  bin: optionalText,
  launch: optionalLaunch,
})
export type Override = z.infer<typeof overrideSchema>

/** One server. `schema.ts` explains its keys to those who write a manifest by hand. */
export const serverSchema = z.strictObject({
  package: optionalFilled,
  pypi: optionalFilled,
  command: optionalFilled,
  url: optionalFilled,
  extension: optionalFilled,
  settings: z.optional(z.record(text, z.union([text, z.number(), flag, textList]))),
  args: optionalList,
  env: optionalTexts,
  headers: optionalTexts,
  transport: optionalTransport,
  auth: z.optional(z.enum(['oauth'])),
  oauth: z.optional(
    z.strictObject({ clientId: optionalFilled, clientSecret: optionalFilled, scopes: optionalList, port: z.optional(port) }),
  ),
  machines: optionalList,
  only: optionalList,
  except: optionalList,
  on: z.optional(z.record(text, overrideSchema)),
  runIn: optionalText,
  launch: optionalLaunch,
  bin: optionalText,
  allowScripts: optionalFlag,
  share: optionalShare,
  disabled: optionalFlag,
  description: optionalText,
})
export type ServerSpec = z.infer<typeof serverSchema>

const clientSwitch = z.union([flag, z.looseObject({ file: optionalText })])

/** An allowed folder; as an object it can be open to reading only. */
const root = z.union([text, z.strictObject({ path: text, readOnly: optionalFlag })])
export type RootSpec = z.infer<typeof root>

/** A PostgreSQL server that keeps the store for all of a person's machines; an object where its certificate or TLS is special. */
const storeServer = z.union([
  filledText,
  z.strictObject({ url: filledText, certificate: optionalFilled, tls: z.optional(z.enum(['off'])) }),
])
export type StoreSpec = z.infer<typeof storeServer>

export const bridgeSchema = z.strictObject({
  enabled: optionalFlag,
  roots: z.optional(z.array(root)),
  readOnly: optionalFlag,
  terminal: z.optional(z.enum(terminalModes)),
  blockedCommands: optionalList,
  families: optionalList,
  deny: optionalList,
  allow: optionalList,
  namespace: optionalText,
  plugins: optionalTexts,
  store: z.optional(storeServer),
  http: optionalPort,
  ws: optionalPort,
})

/** `mcp-twin.json`. It never holds a key. */
export const manifestSchema = z.strictObject({
  $schema: optionalText,
  version: z.literal(1),
  servers: z._default(z.record(serverName, serverSchema), {}),
  clients: z.optional(z.record(text, clientSwitch)),
  distros: optionalList,
  secrets: z.optional(z.strictObject({ command: textList.check(z.minLength(1)) })),
  launch: optionalLaunch,
  prefix: z.optional(z.union([z.enum(['own', 'global']), texts])),
  bridge: z.optional(bridgeSchema),
})
export type Manifest = z.infer<typeof manifestSchema>
