import { filledText, flag, optionalFlag, optionalText, text, textList, z } from './zod.ts'

/** SHA-256 of a file's bytes in hex; null: the file was not there. */
const digestOrAbsent = z.nullable(text)

/** One entry that a run changed, and the names of its fields: never what they say. */
const entryChangeSchema = z.object({ entry: text, change: text, fields: textList })
export type RecordedChange = z.infer<typeof entryChangeSchema>

/** One file as it was before a run changed it. Entries by name only: the stored bytes hold their values. */
const backedUpFileSchema = z.object({
  environment: text,
  /** Null for files of our own: the manifest, its lock. */
  client: z.nullable(text),
  /** As its environment spells it. */
  file: filledText,
  /** Name of the stored bytes in the run's folder; null: the file was not there. */
  stored: z.nullable(text.check(z.regex(/^[A-Za-z0-9._-]+$/))),
  size: z.int().check(z.minimum(0)),
  mode: z.nullable(z.int()),
  before: digestOrAbsent,
  /** What the run wrote, set before it wrote it. */
  after: digestOrAbsent,
  /** False: the run was killed before it could say whether it had written. */
  written: flag,
  /** Names of our entries that the run changed in it. */
  entries: z._default(textList, []),
  /** What the run changed in them; absent in backups of older versions and in those of an undo. */
  changes: z.optional(z.array(entryChangeSchema)),
  /** Of a manifest: the servers that the run changed, and digests of what it wrote; null: it removed one. Absent in older backups. */
  servers: z.optional(z.array(z.object({ server: text, digest: z.nullable(text) }))),
  /** Of a project's file: the real path of the project's root then. */
  project: optionalText,
  /** The file is the client's settings, in which the run gave one setting this value and changed no entries. */
  setting: z.optional(z.strictObject({ path: z.array(text), value: text })),
  /** The file is the client's settings, in which the run changed our hook and no entries. */
  hook: optionalFlag,
  /** How many folders above the file the run made. */
  folders: z._default(z.int().check(z.minimum(0)), 0),
})
export type BackedUpFile = z.infer<typeof backedUpFileSchema>

/** `backups/<run>/index.json`. `seal` is the SHA-256 of everything else in it, so that damage is noticed. */
export const runIndexSchema = z.object({
  version: z.literal(1),
  id: text,
  /** When it began, ISO 8601. */
  at: text,
  command: text,
  /** The run that this one undid. */
  undoes: optionalText,
  /** An undo that ended with everything back. */
  complete: optionalFlag,
  files: z.array(backedUpFileSchema),
  seal: text,
})
export type RunIndex = z.infer<typeof runIndexSchema>
