import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { Weight } from '../tokens/weight.ts'
import type { BridgeStatus } from './bridge-facts.ts'

/** A server as it was started, or reached, and what it answered. */
export interface ProbeFacts {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly file: NativePath
  readonly name: string
  readonly server: string | null
  readonly ms: number
  /** Null: it did not answer, and `reason` says why. */
  readonly tools: readonly string[] | null
  /** What they cost; absent: it did not answer. */
  readonly weights?: readonly Weight[]
  readonly reason: string | null
  /** Its last words on stderr, keys as dots. */
  readonly stderr: readonly string[]
  /** What it printed on stdout that is no message; null: nothing. */
  readonly noise: string | null
  /** Present where the bridge was started; `status` null: it did not say what it is. */
  readonly bridge?: { readonly status: BridgeStatus | null }
}

/** What `--deep` did not start. */
export interface UnstartedFacts {
  readonly environment: Environment
  /** The entry and its program; null: whatever would be started in the project. */
  readonly entry: { readonly client: ClientDefinition; readonly name: string } | null
  readonly reason: string
  readonly fix: string
}

const LINES_MAX = 6

/** What Node prints around an uncaught error: the source, the stack, the fields, its own version. */
const around = [
  /^\s+at /,
  /^Node\.js v\d/,
  /^(?:node:internal\/|file:\/\/).*:\d+$/,
  /^\s*\^+$/,
  /^\s*throw /,
  /^\s*(?:errno|code|syscall|path|url|requireStack): /,
  /^\s*\}$/,
]

/** The last lines of what a server printed on stderr; of a crash of Node those that say what happened. */
export function lastWords(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  const telling = lines.filter((line) => !around.some((pattern) => pattern.test(line))).map((line) => line.replace(/ \{$/, ''))
  const isCrash = lines.some((line) => /^\s+at /.test(line) || /^Node\.js v\d/.test(line))
  return (isCrash && telling.length > 0 ? telling : lines).slice(-LINES_MAX)
}
