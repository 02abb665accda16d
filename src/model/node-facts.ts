import { filledText, text, texts, z } from './zod.ts'

/** What a side's node says of itself and its surroundings when it is asked (one line of JSON). */
export const nodeFactsSchema = z.object({
  /** Real path of the program, whatever link or shim it was started by. */
  node: filledText,
  version: text,
  platform: text,
  user: text,
  home: text,
  /** The few variables that detection needs, never all of them: an environment is full of keys. */
  variables: texts,
})
export type NodeFacts = z.infer<typeof nodeFactsSchema>
