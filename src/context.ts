import type { ExitCode } from './errors.ts'
import type { Judge } from './model/afterwards.ts'
import type { CommandSpec, CommonOptions, OptionsOf, OptionValues, VerbSpec, WordsOf } from './model/command-line.ts'
import type { Secret } from './model/secret.ts'
import type { System } from './model/system.ts'

/** Where a command's words go. Facts to stdout, talk to stderr; every text passes the mask first. */
export interface Io {
  /** Facts: lines on stdout. Silent under `--json`. */
  out(text?: string): void
  /**
   * Facts that keep their lines as they are: on stdout, not folded, without a line break added. `onTerminal`: what a terminal gets
   * in their place. Silent under `--json`.
   */
  raw(text: string, onTerminal?: string): void
  /** Data for a program or a file: on stdout byte for byte, unless that is a terminal. Silent under `--json`. */
  data(text: string): void
  /** Facts of which nothing may be cut, on stdout: broken at blanks below their indentation where a terminal's width is known. */
  wholeOut(text: string): void
  /** Talk and progress: lines on stderr. Silent under `--quiet` and `--json`. */
  note(text?: string): void
  /** The same for lines of which nothing may be cut, broken as those of `wholeOut`. Never silent where a question about it follows. */
  noteWhole(text: string, asks?: boolean): void
  /** Troubles: lines on stderr, never silent. */
  error(text: string): void
  /**
   * Cuts what another program says, as it comes, into lines, hidden keys and these `values` as dots in them. So much of it and no more.
   */
  heard(values: readonly string[], tell: (lines: readonly string[]) => void): Heard
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

/** Takes what a program says in pieces. */
export interface Heard {
  push(text: string): void
  /** The last line need not end. */
  end(): void
}

/** What a server says on stderr while it is tried; no key is in it. */
export interface TriedLines {
  readonly server: string
  readonly environment: string
  readonly client: string
  readonly lines: readonly string[]
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
  /** `signal`: takes the question back, which counts as Ctrl-C at it. */
  confirm(question: string, options: { flag: string; default?: boolean; signal?: AbortSignal }): Promise<boolean>
  /** Hidden input. */
  secret(question: string, options: { flag: string }): Promise<string>
  /** `signal` ends the question unanswered. */
  text(question: string, options: { flag: string; default?: string; signal?: AbortSignal }): Promise<string>
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
  /** `--dry-run`: `system` refuses every change, and what would be done is said. */
  readonly isDry?: boolean
  /** Another command runs it: nobody typed it, so nothing that it starts counts as agreed to. */
  readonly isInside?: boolean
  /** Judges what a change leads to before it is done: another command runs it for a page. */
  readonly judge?: Judge
  /** Told what a server says while it is tried: another command runs it for a page. */
  readonly listen?: (said: TriedLines) => void
  /** How this program is typed where the person is. */
  readonly typed?: () => string
  /** Runs another command line in this process, under `--json`. Its questions go to `prompt`; without one it may not ask. `judge` may stop it. */
  readonly runInside?: RunInside
  /** Runs another command line in this process and on this terminal, as if the person had typed it. */
  readonly runHere?: (argv: readonly string[]) => Promise<ExitCode>
}

export type RunInside = (
  argv: readonly string[],
  asked?: { readonly prompt?: Prompt; readonly judge?: Judge; readonly listen?: (said: TriedLines) => void },
) => Promise<RanInside>

/** How a command line ended that was run inside another command. */
export interface RanInside {
  readonly code: ExitCode
  /** What it printed, or its error document; keys are dots in it. Null: it printed none. */
  readonly document: unknown
}

/** The work of a command: its words and options are those of its spec. */
export type Run<Spec> = (context: Context, words: WordsOf<Spec>, options: OptionsOf<Spec>) => Promise<ExitCode>

/** The work of each verb of a command. */
export type VerbsOf<Spec> = Spec extends { readonly verbs: readonly (infer Verb)[] }
  ? { readonly [One in Extract<Verb, VerbSpec> as One['name']]: Run<One> }
  : never

/** What the file of a command exports: `run`, or a function for each of its verbs, or both. */
export type CommandModule<Spec> = (Spec extends { readonly verbs: unknown } ? { readonly verbs: VerbsOf<Spec> } : unknown) &
  (Spec extends { readonly verbs: unknown; readonly arguments?: never } ? unknown : { readonly run: Run<Spec> })

/** A command's work before it is known whose words and options it takes. */
export interface AnyRun {
  run(context: Context, words: readonly string[], options: OptionValues): Promise<ExitCode>
}

/** A command with its work, which is loaded only when the command runs. */
export interface Command extends CommandSpec {
  load(verb: string | null): Promise<AnyRun['run']>
}
