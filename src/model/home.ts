import { filledText, text, z } from './zod.ts'
import { environmentSchema } from './environment.ts'
import { native } from './path.ts'

const nativePath = z.pipe(filledText, z.transform(native))

/** `home.json`, on the sides that are not home: where home is. Paths as home spells them. */
export const homeJsonSchema = z.object({
  version: z.literal(1),
  environment: filledText,
  user: text,
  folder: nativePath,
  /** The node that runs home's program; resolved again when it has gone. */
  node: z.optional(nativePath),
})
export type HomeJson = z.infer<typeof homeJsonSchema>

/**
 * `cache.json`: the other sides as detection found them, with the cheap facts they hang on. The own side is looked at
 * anew every time, and what runs is never remembered.
 */
export const worldCacheSchema = z.object({
  version: z.literal(1),
  foundAtMs: z.number(),
  /** Kernel, user, own node and the question asked, as one text: another text makes the rest worthless. */
  key: text,
  /** The node of each side → its modification time when it was found. */
  nodes: z.record(text, z.number()),
  environments: z.array(environmentSchema),
})
export type WorldCache = z.infer<typeof worldCacheSchema>
