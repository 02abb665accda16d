import { optionalFlag, optionalText, text, textList, texts, z } from './zod.ts'

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

/** What pins a package of PyPI besides its version: no release after this moment counts, of dependencies neither. */
interface PythonPin {
  readonly excludeNewer: string
  /** The Python that it was resolved with: `3.13`. */
  readonly version: string
}

export type LockedPackage = z.infer<typeof lockedPackageSchema> & {
  /** Only of packages of PyPI. */
  readonly python?: PythonPin
}

/** A package of PyPI as the file has it; `bin` names its console scripts. */
const lockedPythonSchema = z.object({ name: text, version: text, excludeNewer: text, python: text, bin: textList })

/**
 * `mcp-twin.lock.json`: the package words of the manifest (`tavily-mcp@^0.2`) → one exact version each. In memory those of PyPI
 * are among the others, `pypi:` in front of their words; the file has them apart, under `python`.
 */
export const lockSchema = z.pipe(
  z.object({
    version: z.literal(1),
    packages: z._default(z.record(text, lockedPackageSchema), {}),
    python: z.optional(z.record(text, lockedPythonSchema)),
  }),
  z.transform(({ version, packages, python = {} }): Lock => {
    const pinned = Object.entries(python).map(([words, { name, version: exact, excludeNewer, python: series, bin }]) => {
      const programs = Object.fromEntries(bin.map((each) => [each, each]))
      return [`pypi:${words}`, { name, version: exact, bin: programs, python: { excludeNewer, version: series } }] as const
    })
    return { version, packages: { ...packages, ...Object.fromEntries(pinned) } }
  }),
)

export interface Lock {
  version: 1
  packages: Record<string, LockedPackage>
}
