import { z } from './zod.ts'

/** One resolved package: what `npm view` said when it was pinned. */
export const lockedPackageSchema = z.object({
  name: z.string(),
  version: z.string(),
  integrity: z.string().optional(),
  /** Programs of the package: name → path inside the package, forward slashes. */
  bin: z.record(z.string(), z.string()).default({}),
  /** Its `engines.node`, for the report when a side's node does not fit. */
  engines: z.string().optional(),
  /** It declares install scripts, which are not run unless allowed. */
  scripts: z.boolean().optional(),
})
export type LockedPackage = z.infer<typeof lockedPackageSchema>

/** `mcp-twin.lock.json`: the package words of the manifest (`tavily-mcp@^0.2`) → one exact version each. */
export const lockSchema = z.object({
  version: z.literal(1),
  packages: z.record(z.string(), lockedPackageSchema).default({}),
})
export type Lock = z.infer<typeof lockSchema>
