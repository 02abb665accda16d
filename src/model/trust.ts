import { withoutFormer } from './former.ts'
import { optionalText, text, textList, z } from './zod.ts'

/** SHA-256, in hex, of the files that decide what a project's servers are; a lock that is not there is null. */
const digestsSchema = z.object({ manifest: text, lock: z.nullable(text) })
export type TrustDigests = z.infer<typeof digestsSchema>

/** A server as it was shown when it was trusted, keys as dots; `digest` tells of changes that the lines do not show. */
const shownSchema = z.object({ lines: textList, digest: text })
export type ShownServer = z.infer<typeof shownSchema>

const projectSchema = z.object({
  ...digestsSchema.shape,
  at: text,
  /** Names of the keys that its servers ask for. */
  keys: z._default(textList, []),
  shown: z._default(z.record(text, shownSchema), {}),
  /** What was trusted before our own commands changed it, newest first: undo brings one of them back. */
  past: z._default(z.array(digestsSchema), []),
  /** Whose it is, where it was trusted although it belongs to another user. */
  owner: z.optional(z.object({ uid: z.number(), name: optionalText })),
  /** Who else decides what its files say, as it was trusted all the same: `owner:1001`, `group:2000`, `world`. */
  inSpiteOf: z._default(textList, []),
})
export type TrustedProject = z.infer<typeof projectSchema>

/** `trust.json` in home's folder: the projects whose servers `run` may start, by their real path as home spells it. */
export const trustSchema = z.object({
  version: z.literal(1),
  projects: z._default(z.pipe(z.transform(withoutFormer), z.record(text, projectSchema)), {}),
})
export type Trust = z.infer<typeof trustSchema>
