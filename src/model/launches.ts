import { z } from './zod.ts'

const texts = z.record(z.string(), z.string())

const entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stdio'), command: z.string(), args: z.array(z.string()), env: texts }),
  z.object({ kind: z.literal('remote'), url: z.string(), transport: z.enum(['http', 'sse']), headers: texts }),
])

/** One server as `run` starts it on a side, with its keys in it. */
const launch = z.object({
  entry,
  /** Names of the keys in it, for the words when one is refused. */
  keys: z.array(z.string()),
  /** It is a package's JavaScript, which may run in the process of `run` itself. */
  script: z.boolean(),
})

/** `launches.json`, on the sides that are not home: what `run` needs there, and no other key. Owner-only. */
export const launchesSchema = z.object({
  version: z.literal(1),
  servers: z.record(z.string(), launch).default({}),
  /** Trusted projects by the digest of their manifest, with the keys that their servers name. */
  projects: z.record(z.string(), z.object({ keys: texts })).default({}),
})
export type Launches = z.infer<typeof launchesSchema>
