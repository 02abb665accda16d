import { withoutFormer } from './former.ts'
import { flag, text, textList, texts, z } from './zod.ts'

const entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stdio'), command: text, args: textList, env: texts }),
  z.object({ kind: z.literal('remote'), url: text, transport: z.optional(z.enum(['http', 'sse'])), headers: texts }),
])

/** One server as `run` starts it on a side, with its keys in it. */
const launch = z.object({
  entry,
  /** Names of the keys in it, for the words when one is refused. */
  keys: textList,
  /** It is a package's JavaScript, which may run in the process of `run` itself. */
  script: flag,
})

/** A trusted project: the digests of its manifest and lock, and the keys that its servers name. */
const project = z.object({ manifest: text, lock: z.nullable(text), keys: texts })

/** `launches.json`, on the sides that are not home: what `run` needs there, and no other key. Owner-only. */
export const launchesSchema = z.object({
  version: z.literal(1),
  servers: z._default(z.record(text, launch), {}),
  /** Trusted projects by their real path, as this side reaches it. */
  projects: z._default(z.pipe(z.transform(withoutFormer), z.record(text, project)), {}),
})
export type Launches = z.infer<typeof launchesSchema>
