import { manifestSchema, type ServerSpec } from './manifest.ts'
import { z } from './zod.ts'

/** Descriptions of a server's keys, for editors. Apart from the shapes, which every command makes anew as it starts. */
const words: { readonly [Key in keyof ServerSpec]?: string } = {
  package: 'npm package, optionally with a version, range or tag: "tavily-mcp@0.2.22"',
  command: 'program to start, as typed on its own side',
  url: 'address of a remote server',
  env: 'variables; "${secret:NAME}" stands for a key of the store',
  headers: 'HTTP headers of a url server',
  transport: 'how a url server is spoken to; without it HTTP is tried first, then SSE',
  only: 'client ids, environment kinds or ids that get this server',
  except: 'client ids, environment kinds or ids that do not',
  on: 'what differs in an environment (kind or id)',
  runIn: '"each" (default), or the one environment where it runs',
  launch: 'overrides the global launch',
  bin: 'which program of the package to start',
  allowScripts: 'let npm run the install scripts of this package; default false',
  share: 'reach it through the bridge instead of one entry per client; or {"tools": [names], "cache": [names]}',
}

/** The JSON Schema of the manifest, as editors want it. */
export function manifestJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input' })
  const servers = schema.properties?.servers
  const server = typeof servers === 'object' ? servers.additionalProperties : undefined
  if (typeof server !== 'object' || server.properties === undefined) throw new Error('the schema of a manifest has no servers')
  for (const [key, description] of Object.entries(words)) {
    const shape = server.properties[key]
    // Made anew: keys of one shape hold the very same object.
    if (typeof shape === 'object') server.properties[key] = { description, ...shape }
  }
  return { title: 'mcp-twin.json', ...schema }
}
