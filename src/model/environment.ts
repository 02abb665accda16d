import { native } from './path.ts'
import { filledText, flag, optionalFlag, optionalList, optionalText, optionalTexts, text, textList, texts, z } from './zod.ts'

/** The four kinds of places where programs run. */
export const environmentKinds = ['windows', 'wsl', 'linux', 'macos'] as const
export type EnvironmentKind = (typeof environmentKinds)[number]

const nativePath = z.pipe(filledText, z.transform(native))

/**
 * One environment ("side") as detection or a planted world describes it. Paths are spelled as that side spells them.
 * `exec` is the argv put before a program of that side; absent on a foreign side = it cannot be run from here; on
 * the own side absent or empty = run directly. `files` says how its paths are reached from this process; the own
 * side needs none (identity).
 */
export const environmentSchema = z.object({
  id: filledText,
  kind: z.enum(environmentKinds),
  self: z._default(flag, false),
  label: optionalText,
  distro: optionalText,
  user: text,
  home: nativePath,
  appData: z.optional(nativePath),
  localAppData: z.optional(nativePath),
  /** `%SystemRoot%`; `C:\Windows` where it is not told. */
  systemRoot: z.optional(nativePath),
  /** Where Windows drives are mounted in this WSL distribution, `/mnt/` unless wsl.conf says otherwise; empty: nowhere. */
  mountRoot: optionalText,
  wslVersion: z.optional(z.union([z.literal(1), z.literal(2)])),
  /** True inside a container, which sees the kernel of its host but nothing else of it. */
  container: optionalFlag,
  node: z.optional(nativePath),
  nodeVersion: optionalText,
  /** npm's own `npm-cli.js`, run by that side's node: never `npm.cmd`, which node starts only through a shell (CVE-2024-27980). */
  npm: z.optional(nativePath),
  /** That side's `npm prefix -g`. */
  prefix: z.optional(nativePath),
  /** `CLAUDE_CONFIG_DIR` of that side's login shell, when set. */
  claudeConfigDir: z.optional(nativePath),
  /** Variables of that side's own environment that decide where its programs keep files, by name: `CLAUDE_USER_DATA_DIR`. */
  variables: optionalTexts,
  /** Policies as a test plants them: `isLocalDevMcpEnabled` → false, or the same below the name of its key. A machine's are asked for. */
  policies: z.optional(z.record(text, z.unknown())),
  files: z._default(z.array(z.object({ native: filledText, here: filledText })), []),
  exec: optionalList,
  /** Programs seen running there, by file name: `claude.exe`. */
  running: z._default(textList, []),
  /** A distribution that is stopped, and was not started to look at it. */
  asleep: optionalFlag,
  /** Why this side is only partly reached, in words, with what fixes it. */
  trouble: z.optional(z.object({ reason: text, hint: text })),
})

export type Environment = z.infer<typeof environmentSchema>

/**
 * Everything `MCP_TWIN_WORLD` can plant and detection can find: the environments, exactly one of them `self`. `wslenv` is
 * what this process's own `WSLENV` lets cross already, which a program started on another side must not lose.
 */
export const worldSchema = z.object({ environments: z.array(environmentSchema).check(z.minLength(1)), wslenv: optionalText })
export type World = z.infer<typeof worldSchema>

/** How an environment is worked with from here: programs and files, files only by reach, or not at all. */
export type Reach = 'native' | 'across' | 'none'

/**
 * `cache.json`: the other sides as detection found them, with the cheap facts they hang on. The own side is looked at
 * anew every time, and what runs is never remembered.
 */
export const worldCacheSchema = z.object({
  /** Older ones hold fewer of a side's variables. */
  version: z.literal(3),
  foundAtMs: z.number(),
  /** Kernel, user, own node and the question asked, as one text: another text makes the rest worthless. */
  key: text,
  /** The node of each side → its modification time when it was found. */
  nodes: z.record(text, z.number()),
  environments: z.array(environmentSchema),
})
export type WorldCache = z.infer<typeof worldCacheSchema>

/** What a side's node says of itself and its surroundings when it is asked (one line of JSON). */
export const nodeFactsSchema = z.object({
  /** Real path of the program, whatever link or shim it was started by. */
  node: filledText,
  version: text,
  platform: text,
  user: text,
  home: text,
  /** The few variables that detection needs, never all of them: an environment is full of keys. */
  variables: texts,
})
export type NodeFacts = z.infer<typeof nodeFactsSchema>
