import { z } from './zod.ts'
import { native } from './path.ts'

/** The four kinds of places where programs run (SPEC §3). */
export const environmentKinds = ['windows', 'wsl', 'linux', 'macos'] as const
export type EnvironmentKind = (typeof environmentKinds)[number]

const nativePath = z.string().min(1).transform(native)

/**
 * One environment ("side") as detection or a planted world describes it. Paths are spelled as that side spells them.
 * `exec` is the argv put before a program of that side; absent on a foreign side = it cannot be run from here; on
 * the own side absent or empty = run directly. `files` says how its paths are reached from this process; the own
 * side needs none (identity).
 */
export const environmentSchema = z.object({
  id: z.string().min(1),
  kind: z.enum(environmentKinds),
  self: z.boolean().default(false),
  label: z.string().optional(),
  distro: z.string().optional(),
  user: z.string(),
  home: nativePath,
  appData: nativePath.optional(),
  localAppData: nativePath.optional(),
  /** `%SystemRoot%`; `C:\Windows` where it is not told. */
  systemRoot: nativePath.optional(),
  /** Where Windows drives are mounted in this WSL distribution, `/mnt/` unless wsl.conf says otherwise; empty: nowhere. */
  mountRoot: z.string().optional(),
  wslVersion: z.union([z.literal(1), z.literal(2)]).optional(),
  /** True inside a container, which sees the kernel of its host but nothing else of it. */
  container: z.boolean().optional(),
  node: nativePath.optional(),
  nodeVersion: z.string().optional(),
  /** npm's own `npm-cli.js`, run by that side's node: never `npm.cmd` (FACTS §2). */
  npm: nativePath.optional(),
  /** That side's `npm prefix -g`. */
  prefix: nativePath.optional(),
  /** `CLAUDE_CONFIG_DIR` of that side's login shell, when set (FACTS §1.3). */
  claudeConfigDir: nativePath.optional(),
  files: z.array(z.object({ native: z.string().min(1), here: z.string().min(1) })).default([]),
  exec: z.array(z.string()).optional(),
  /** Programs seen running there, by file name: `claude.exe`. */
  running: z.array(z.string()).default([]),
  /** Why this side is only partly reached, in words, with what mends it. */
  trouble: z.object({ reason: z.string(), hint: z.string() }).optional(),
})

export type Environment = z.infer<typeof environmentSchema>

/**
 * Everything `MCP_TWIN_WORLD` can plant and detection can find: the environments, exactly one of them `self`. `wslenv` is
 * what this process's own `WSLENV` lets cross already, which a program started on another side must not lose.
 */
export const worldSchema = z.object({ environments: z.array(environmentSchema).min(1), wslenv: z.string().optional() })
export type World = z.infer<typeof worldSchema>

/** How an environment is worked with from here: programs and files, files only by reach, or not at all. */
export type Reach = 'native' | 'across' | 'none'
