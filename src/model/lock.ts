import { optionalFlag, optionalText, text, texts, z } from './zod.ts'

/** One resolved package: what `npm view` answered when it was pinned. */
const lockedPackageSchema = z.object({
  name: text,
  version: text,
  integrity: optionalText,
  /** Programs of the package: name → path inside the package, forward slashes. */
  bin: z._default(texts, {}),
  /** Its `engines.node`, for the report when a side's node does not fit. */
  engines: optionalText,
  /** It declares install scripts, which are not run unless allowed. */
  scripts: optionalFlag,
})
export type LockedPackage = z.infer<typeof lockedPackageSchema>

/** `mcp-twin.lock.json`: the package words of the manifest (`tavily-mcp@^0.2`) → one exact version each. */
export const lockSchema = z.object({
  version: z.literal(1),
  packages: z._default(z.record(text, lockedPackageSchema), {}),
})
export type Lock = z.infer<typeof lockSchema>
