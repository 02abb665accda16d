import { z } from './zod.ts'

/** What a side's node says of itself and its surroundings when it is asked (one line of JSON). */
export const nodeFactsSchema = z.object({
  /** Real path of the program, whatever link or shim it was started by. */
  node: z.string().min(1),
  version: z.string(),
  platform: z.string(),
  user: z.string(),
  home: z.string(),
  /** The few variables that detection needs, never all of them: an environment is full of keys. */
  variables: z.record(z.string(), z.string()),
})
export type NodeFacts = z.infer<typeof nodeFactsSchema>
