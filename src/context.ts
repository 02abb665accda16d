import type { ExitCode } from './errors.ts'
import type { Secret } from './model/secret.ts'
import type { System } from './model/system.ts'

/** Where a command's words go. Facts to stdout, talk to stderr; every text passes the mask first. */
export interface Io {
  /** Facts: lines on stdout. Silent under `--json`. */
  out(text?: string): void
  /** Facts that keep their lines as they are: on stdout, not folded, without a line break added. Silent under `--json`. */
  raw(text: string): void
  /** Data for a program or a file: on stdout byte for byte, unless that is a terminal. Silent under `--json`. */
  data(text: string): void
  /** Talk and progress: lines on stderr. Silent under `--quiet` and `--json`. */
  note(text?: string): void
  /** The same for a line of which nothing may be cut, however wide it is. Never silent where a question about it follows. */
  noteWhole(text: string, asks?: boolean): void
  /** Troubles: lines on stderr, never silent. */
  error(text: string): void
  /** The one JSON document of a command, its name put first; ignored without `--json`. */
  json(document: object): void
  /** One of many JSON documents, on a line of its own (`--watch`, `--follow`); ignored without `--json`. */
  jsonLine(document: object): void
  /** A moving line while something takes longer than a second; plain lines where stderr is no terminal. As silent as `note`. */
  progress(title: string): Progress
  /** Keys that must never be shown: each is replaced by dots in everything written, in all its usual encodings. */
  hide(value: string | Secret): void
  /** `value` with all hidden keys as dots. */
  mask(text: string): string
  readonly paint: Paint
  /** Columns of the terminal, or `COLUMNS`; infinite where stdout is no terminal: nothing is broken or cut there. */
  readonly width: number
  readonly asJson: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

export interface Progress {
  update(text: string): void
  done(text?: string): void
}

/** Colour by meaning; every function returns its text unchanged where colour is off. */
export interface Paint {
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
  dim(text: string): string
  strong(text: string): string
  accent(text: string): string
}

/** Questions to a person. Every one throws a usage error that names `flag` where there is no terminal or `--yes`. */
export interface Prompt {
  /** False: nothing may be asked. */
  readonly able: boolean
  confirm(question: string, options: { flag: string; default?: boolean }): Promise<boolean>
  /** Hidden input. */
  secret(question: string, options: { flag: string }): Promise<string>
  text(question: string, options: { flag: string; default?: string }): Promise<string>
  choose<T>(question: string, choices: readonly Choice<T>[], options: { flag: string }): Promise<T>
  chooseMany<T>(question: string, choices: readonly Choice<T>[], options: { flag: string }): Promise<T[]>
}

export interface Choice<T> {
  readonly value: T
  readonly name: string
  /** Shown in the answered question instead of the whole name. */
  readonly short?: string
  readonly description?: string
  readonly checked?: boolean
}

/** Flags every command takes. */
export interface CommonOptions {
  json?: boolean
  manifest?: string
  user?: boolean
  client?: string[]
  on?: string[]
  yes?: boolean
  offline?: boolean
  quiet?: boolean
  verbose?: boolean
}

export interface Context {
  readonly system: System
  readonly io: Io
  readonly prompt: Prompt
  readonly options: CommonOptions
  /** Aborted by Ctrl-C; long work watches it and leaves things clean. */
  readonly signal: AbortSignal
  /** The name under which the command was found: aliases resolved. */
  readonly command: string
  /** Every command there is, for completion. */
  readonly commands: readonly CommandSpec[]
  /** The command line as it was typed, for handing the command over to the other side. */
  readonly argv: readonly string[]
}

/**
 * What a shell offers for a word: the words themselves, or names that are looked up when it asks. A file: the shell's own
 * completion.
 */
export type Offers = 'file' | 'server' | 'builtin' | 'client' | 'side' | 'distro' | 'key' | 'check' | 'run' | 'plugin' | readonly string[]

/** A flag or an argument as data, so that help, completion and parsing come from one place. */
export interface OptionSpec {
  /** commander's spelling: `--server <name>`. */
  readonly flags: string
  /** An earlier name of the flag, which no help page shows. */
  readonly synonym?: string
  readonly description: string
  /** May be given several times: `words` also splits at commas, `values` takes each as it is. */
  readonly many?: 'words' | 'values'
  readonly choices?: readonly string[]
  readonly offers?: Offers
}

export interface CommandSpec {
  readonly name: string
  readonly aliases?: readonly string[]
  /** commander's spelling: `<name> [rest...]`. */
  readonly arguments?: readonly { readonly name: string; readonly description: string; readonly offers?: Offers }[]
  readonly summary: string
  readonly options?: readonly OptionSpec[]
  readonly examples: readonly string[]
  /** What is wrong with the words behind the command, where the parser would misread them; null: nothing. */
  misread?(words: readonly string[]): { readonly message: string; readonly hint: string } | null
  /** Works on the home's files, so that it is handed to home when typed elsewhere. Default true. */
  readonly home?: false
  /** `--json` has no meaning for it and is refused. */
  readonly noJson?: boolean
  /** The work, loaded only when the command runs. Options arrive as commander parsed them. */
  load(): Promise<{ run(context: Context, args: string[], options: Record<string, unknown>): Promise<ExitCode> }>
}
