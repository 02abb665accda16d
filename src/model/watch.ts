import { z } from './zod.ts'

/** What the watcher did to one client file whose program drops our entries. */
export const watchedFileSchema = z.object({
  environment: z.string(),
  client: z.string(),
  /** As its side spells it. */
  file: z.string(),
  /** When entries were put back, ISO 8601, the oldest first; only what counts for the limit. */
  restored: z.array(z.string()).default([]),
  /** Since when they are left out, the limit being reached; null: it is watched as usual. */
  stopped: z.string().nullable().default(null),
  /** Names of the entries that were dropped last. */
  entries: z.array(z.string()).default([]),
})
export type WatchedFile = z.infer<typeof watchedFileSchema>

/** `locks/watch.json` in home's folder: what the watcher has to remember, and doctor to tell (`entries-kept`). */
export const watchRecordSchema = z.object({
  version: z.literal(1),
  /** The watcher's process on home's side; null: none is running. */
  pid: z.number().nullable(),
  startedAt: z.string().nullable(),
  files: z.array(watchedFileSchema).default([]),
})
export type WatchRecord = z.infer<typeof watchRecordSchema>
