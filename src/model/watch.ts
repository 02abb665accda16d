import { text, textList, z } from './zod.ts'

/** What the watcher did to one client file whose program drops our entries. */
const watchedFileSchema = z.object({
  environment: text,
  client: text,
  /** As its side spells it. */
  file: text,
  /** When entries were put back, ISO 8601, the oldest first; only what counts for the limit. */
  restored: z._default(textList, []),
  /** Since when they are left out, the limit being reached; null: it is watched as usual. */
  stopped: z._default(z.nullable(text), null),
  /** Names of the entries that were dropped last. */
  entries: z._default(textList, []),
})
export type WatchedFile = z.infer<typeof watchedFileSchema>

/** `locks/watch.json` in home's folder: what the watcher has to remember, and doctor to tell (`entries-kept`). */
export const watchRecordSchema = z.object({
  version: z.literal(1),
  /** The watcher's process on home's side; null: none is running. */
  pid: z.nullable(z.number()),
  startedAt: z.nullable(text),
  files: z._default(z.array(watchedFileSchema), []),
})
export type WatchRecord = z.infer<typeof watchRecordSchema>
