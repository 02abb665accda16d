import { optionalFlag, optionalText, text, textList, z } from './zod.ts'

/** One entry that we wrote or took over: the digest of what it says, and the server it belongs to. */
/** `gone`: a person took it out of the file, as was found when the file was last written. */
const recordSchema = z.object({ server: text, digest: text, gone: optionalFlag })
export type EntryRecord = z.infer<typeof recordSchema>

/** What we did to one client file. `created`: it did not exist before us, so uninstall removes it when it is empty again. */
const fileStateSchema = z.object({
  entries: z._default(z.record(text, recordSchema), {}),
  created: optionalFlag,
  /** Of a project's file: the real path of the project's root when we wrote it. */
  project: optionalText,
})
export type FileState = z.infer<typeof fileStateSchema>

/** The hook of Claude Code that we wrote, and what of its settings file was not there before. */
const hookStateSchema = z.object({ environment: text, client: text, file: text, digest: text, made: z._default(textList, []) })
export type HookState = z.infer<typeof hookStateSchema>

/** What an export brought: digests of its parts as they were then. `as`: the name that a server has here, where that is another one. */
const importRecordSchema = z.object({
  servers: z._default(z.record(text, z.object({ digest: text, as: optionalText })), {}),
  settings: z._default(z.record(text, text), {}),
  /** By a package's words: its pin. */
  pins: z._default(z.record(text, text), {}),
})
export type ImportRecord = z.infer<typeof importRecordSchema>

/** `state.json`: environment id → client id → native path of the file. It never holds a value of an entry. */
export const stateSchema = z.object({
  version: z.literal(1),
  files: z._default(z.record(text, z.record(text, z.record(text, fileStateSchema))), {}),
  /**
   * Manifests besides home's own that a sync wrote into the user's configs, with the SHA-256 of their bytes then and of
   * their locks': `run --manifest` starts servers of these alone. (Older versions noted the manifest's alone.)
   */
  manifests: z.optional(z.record(text, text)),
  /** `add` made the manifest, with the bridge off: nobody was asked about it yet. */
  unaskedBridge: optionalFlag,
  /** Packages that the registry did not have when `sync --adopt` last asked for them, by their words, and what it said. */
  absent: z.optional(z.record(text, text)),
  /**
   * Digests of launches that a person typed, confirmed, or had started before us. They stay when a server is disabled or removed: what
   * would start by itself is compared with them, and anything else is shown and asked.
   */
  agreed: z.optional(textList),
  /** By the folder of an export, as home spells it: what `import` brought from there. */
  imported: z.optional(z.record(text, importRecordSchema)),
  /** The name of this machine, where `store move` wrote one down. */
  machine: optionalText,
  hook: z.optional(hookStateSchema),
  /** By side: the command that we wrote on its PATH. */
  commands: z.optional(z.record(text, z.object({ file: text, digest: text }))),
  /** Servers in no manifest that a person wants left as they are, without a word. */
  ignored: z.optional(z.array(text)),
  /** A person was asked whether to have the hook. */
  askedHook: optionalFlag,
})
export type State = z.infer<typeof stateSchema>
