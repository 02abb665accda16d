import { text, z } from './zod.ts'

/** One session of a listener: the SHA-256 of its token, never the token. Times in ms since the epoch. */
const keptSessionSchema = z.strictObject({
  id: text,
  hash: text.check(z.regex(/^[0-9a-f]{64}$/)),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.nullable(z.number()),
})
export type KeptSession = z.infer<typeof keptSessionSchema>

/** `bridge/sessions.json`. `seenAt` is the latest time that any process has seen. */
export const sessionFileSchema = z.strictObject({ version: z.literal(1), seenAt: z.number(), sessions: z.array(keptSessionSchema) })
export type SessionFile = z.infer<typeof sessionFileSchema>
