import { environmentSchema } from './environment.ts'
import { text, z } from './zod.ts'

/**
 * `cache.json`: the other sides as detection found them, with the cheap facts they hang on. The own side is looked at
 * anew every time, and what runs is never remembered.
 */
export const worldCacheSchema = z.object({
  /** 1 did not hold the variables of a side. */
  version: z.literal(2),
  foundAtMs: z.number(),
  /** Kernel, user, own node and the question asked, as one text: another text makes the rest worthless. */
  key: text,
  /** The node of each side → its modification time when it was found. */
  nodes: z.record(text, z.number()),
  environments: z.array(environmentSchema),
})
export type WorldCache = z.infer<typeof worldCacheSchema>
