/** Programs whose lines people paste behind `add`, often without quotes. */
export const pastedProgram = /^(?:npx|uvx|docker|claude|codex)$/

/** What a shell offers for a word: a list of words, names that are looked up when it asks, or files, which the shell completes itself. */
export type Offers =
  | 'file'
  | 'server'
  | 'remote'
  | 'login'
  | 'builtin'
  | 'addable'
  | 'client'
  | 'side'
  | 'distro'
  | 'key'
  | 'check'
  | 'run'
  | 'plugin'
  | readonly string[]

/** A word behind a command, as data. */
export interface WordSpec {
  /** commander's spelling: `<key>` is needed, `[file]` is not, `[words...]` takes all that follow. */
  readonly name: string
  readonly description: string
  readonly offers?: Offers
}

/** A flag as data, so that help, completion and parsing come from one place. */
export interface OptionSpec {
  /** commander's spelling: `--server <name>`. */
  readonly flags: string
  /** An earlier name of the flag, which no help page shows. */
  readonly synonym?: string
  readonly description: string
  /** May be given several times: `words` also splits at commas, `values` takes each as it is. */
  readonly many?: 'words' | 'values'
  /** Its value is a whole number, at least this one. */
  readonly least?: number
  readonly choices?: readonly string[]
  readonly offers?: Offers
}

/** Something that can be run: its words, its flags, its examples. */
export interface VerbSpec {
  readonly name: string
  /** An earlier flag of the command that means this verb (`undo --list`), which no help page shows. */
  readonly synonym?: string
  readonly arguments?: readonly WordSpec[]
  readonly summary: string
  readonly options?: readonly OptionSpec[]
  readonly examples: readonly string[]
  /** What is said where there are too many words. */
  readonly excess?: { readonly message?: string; readonly hint: string }
  /** What to do where a word is missing. */
  readonly missing?: string
}

export interface CommandSpec extends VerbSpec {
  readonly aliases?: readonly string[]
  /** Commands of their own behind this one. With `arguments` too, it runs itself where its first word is no verb. */
  readonly verbs?: readonly VerbSpec[]
  /** The verb that is meant where there is none. */
  readonly usual?: string
  /** What is wrong with the words behind the command, where the parser would misread them; null: nothing. */
  misread?(words: readonly string[]): { readonly message: string; readonly hint: string } | null
  /** `--json` has no meaning for it and is refused. */
  readonly noJson?: boolean
}

/** Flags that every command takes, listed in every help page. */
export const COMMON = [
  { flags: '--json', description: 'print one JSON document on stdout, and nothing else there' },
  { flags: '--manifest <path>', description: 'use this manifest', offers: 'file' },
  { flags: '--user', description: "use the user's manifest, even inside a project that has its own" },
  { flags: '--client <ids>', description: 'only these clients (repeatable, or comma-separated)', many: 'words', offers: 'client' },
  {
    flags: '--on <environments>',
    description: 'only these environments: windows, wsl, wsl:Ubuntu, … (repeatable)',
    many: 'words',
    offers: 'side',
  },
  { flags: '-y, --yes', description: 'ask nothing: go ahead, with the default of every choice' },
  { flags: '--offline', description: 'use no network' },
  { flags: '-q, --quiet', description: 'print no progress and no notes' },
  { flags: '--verbose', description: 'more detail; stack traces of crashes' },
] as const satisfies readonly OptionSpec[]

/** The flag of every command that writes. */
export const DRY_RUN = { flags: '--dry-run', description: 'show what would be done, change nothing' } as const satisfies OptionSpec

/** What a flag can hold. */
export type OptionValue = string | number | boolean | readonly string[]

/** Values by the names of their flags, before it is known whose they are. */
export interface OptionValues {
  readonly [name: string]: OptionValue | undefined
}

type Long<Flags extends string> = Flags extends `${string}--${infer Rest}` ? (Rest extends `${infer Name} ${string}` ? Name : Rest) : never
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name
type Key<Name extends string> = Name extends `no-${infer Rest}` ? Camel<Rest> : Camel<Name>
type Value<Spec extends OptionSpec> = Spec extends { readonly many: string }
  ? readonly string[]
  : Spec extends { readonly least: number }
    ? number
    : Spec extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : Spec['flags'] extends `${string}<${string}`
        ? string
        : Spec['flags'] extends `${string}[${string}`
          ? string | true
          : boolean

/** The options of a command, by its flags: `--if-version <n>` is `ifVersion`, `--no-try` is `try`. */
export type OptionsOf<Spec> = Spec extends { readonly options: readonly (infer Each)[] }
  ? { readonly [One in Extract<Each, OptionSpec> as Key<Long<One['flags']>>]?: Value<One> }
  : Readonly<Record<never, never>>

type Word<Name extends string> = Name extends `<${string}...>`
  ? [string, ...string[]]
  : Name extends `[${string}...]`
    ? string[]
    : Name extends `<${string}`
      ? [string]
      : [string?]
type Words<Places> = Places extends readonly [infer First extends WordSpec, ...infer Rest] ? [...Word<First['name']>, ...Words<Rest>] : []

/** The words of a command, in their order. */
export type WordsOf<Spec> = Spec extends { readonly arguments: infer Places } ? Words<Places> : []

/** Flags of every command, as they were given. */
export type CommonOptions = OptionsOf<{ readonly options: typeof COMMON }>

/** The names of a flag, as they are typed. */
export const namesOf = ({ flags, synonym }: OptionSpec): string[] =>
  `${flags.replace(/\s*[<[].*$/, '')}${synonym === undefined ? '' : `, ${synonym}`}`.split(', ')

/** Whether a flag always takes the word behind it. */
export const takesValue = ({ flags }: OptionSpec): boolean => flags.includes('<')
