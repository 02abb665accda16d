import { z } from './zod.ts'

/** `trust.json` in home's folder: the manifests of projects whose servers `run` may start, as they were when they were looked at. */
export const trustSchema = z.object({
  version: z.literal(1),
  /** Path of the manifest as its side spells it → SHA-256 of its bytes, and the names of the keys that it asks for. */
  projects: z.record(z.string(), z.object({ digest: z.string(), at: z.string(), keys: z.array(z.string()).default([]) })).default({}),
})
export type Trust = z.infer<typeof trustSchema>
