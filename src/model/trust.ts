import { text, textList, z } from './zod.ts'

/** `trust.json` in home's folder: the manifests of projects whose servers `run` may start, as they were when they were looked at. */
export const trustSchema = z.object({
  version: z.literal(1),
  /** Path of the manifest as its side spells it → SHA-256 of its bytes, and the names of the keys that it asks for. */
  projects: z._default(z.record(text, z.object({ digest: text, at: text, keys: z._default(textList, []) })), {}),
})
export type Trust = z.infer<typeof trustSchema>
