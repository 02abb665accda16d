import { filledText, flag, text, z } from './zod.ts'

const fingerprintSchema = z.object({ starts: text, values: z.nullable(text) })

/**
 * A client's file as it was before we first wrote it, and what its entries said that became ours. Kept apart from the runs for
 * as long as we are installed, since `uninstall` gives it back.
 */
const originalSchema = z.object({
  environment: text,
  client: text,
  /** As its environment spells it. */
  file: filledText,
  /** Name of the stored bytes in the folder; null: the file was not there. */
  stored: z.nullable(text.check(z.regex(/^[A-Za-z0-9._-]+$/))),
  /** SHA-256 of the stored bytes in hex; null: the file was not there. */
  before: z.nullable(text),
  /** It was only taken over, and we have not written it: there is no copy yet, and `stored` tells nothing. */
  uncopied: z.optional(z.literal(true)),
  mode: z.nullable(z.int()),
  /** How many folders above the file we made. */
  folders: z._default(z.int().check(z.minimum(0)), 0),
  /** SHA-256 of what we wrote last, and of what we wrote before that (a killed run may not have come to the last); null: no file. */
  last: z._default(z.array(z.nullable(text)), []),
  /** Nobody else has written the file since. */
  alone: flag,
  /** The first copy comes from a backup that need not be the first. */
  cut: flag,
  /** What each entry said when it became ours (null: there was none of that name), and the fingerprint of what we made of it. */
  entries: z._default(
    z.record(
      text,
      z.object({
        was: z.unknown(),
        made: z.nullable(fingerprintSchema),
        /** Names of keys of the store that are in `was` as in a manifest, in place of themselves. */
        keys: z.optional(z.array(text)),
        /** `deleted`: its person took it out since. `overruled`: it is its person's, and --force took it out. */
        fate: z.optional(z.enum(['deleted', 'overruled'])),
      }),
    ),
    {},
  ),
})
export type Original = z.infer<typeof originalSchema>

/** `backups/originals/index.json`. `seal` is the SHA-256 of everything else in it, so that damage is noticed. */
export const originalsSchema = z.object({ version: z.literal(1), files: z.array(originalSchema), seal: text })
