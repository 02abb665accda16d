import { z } from './zod.ts'

/** SHA-256 of a file's bytes in hex; null: the file was not there. */
const digestOrAbsent = z.string().nullable()

/** One file as it was before a run changed it. Entries by name only: what they said is in the stored bytes. */
export const backedUpFileSchema = z.object({
  environment: z.string(),
  /** Null for files of our own: the manifest, its lock. */
  client: z.string().nullable(),
  /** As its environment spells it. */
  file: z.string().min(1),
  /** Name of the stored bytes in the run's folder; null: the file was not there. */
  stored: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .nullable(),
  size: z.int().min(0),
  mode: z.int().nullable(),
  before: digestOrAbsent,
  /** What the run wrote, set before it wrote it. */
  after: digestOrAbsent,
  /** False: the run was killed before it could say whether it had written. */
  written: z.boolean(),
  /** Names of our entries that the run changed in it. */
  entries: z.array(z.string()).default([]),
  /** How many folders above the file the run made. */
  folders: z.int().min(0).default(0),
})
export type BackedUpFile = z.infer<typeof backedUpFileSchema>

/** `backups/<run>/index.json`. `seal` is the SHA-256 of everything else in it, so that damage is noticed. */
export const runIndexSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  /** When it began, ISO 8601. */
  at: z.string(),
  command: z.string(),
  /** The run that this one undid. */
  undoes: z.string().optional(),
  /** An undo that ended with everything back. */
  complete: z.boolean().optional(),
  files: z.array(backedUpFileSchema),
  seal: z.string(),
})
export type RunIndex = z.infer<typeof runIndexSchema>
