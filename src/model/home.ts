import { filledText, text, z } from './zod.ts'
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
