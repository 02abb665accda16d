import type { ServerSpec } from '../../model/manifest.ts'
import { fillTemplates } from '../keys/template.ts'
import { lastName, splitCommandLine } from './command-line.ts'
import { insideShell, runnerPackage } from './package-runner.ts'
import { isStartedByRun } from './project.ts'

/**
 * Returns a project's server as the package that its command line names, where a runner such as npx would fetch it with the
 * server's keys in its environment: the npm settings of the project's folder would say from where, and its install scripts
 * would see the keys. A server without keys, or whose command names no plain package, is returned as it is.
 */
export function asPackage(server: ServerSpec): ServerSpec {
  if (server.command === undefined || !isStartedByRun(server)) return server
  const line = [...(splitCommandLine(server.command) ?? [server.command]), ...(server.args ?? [])]
  const [command = '', ...words] = line
  const [program = '', ...rest] = insideShell(command, words) ?? line
  const found = runnerPackage(program, rest)
  if (found === null) return server
  const { command: _command, args: _args, ...more } = server
  return {
    ...more,
    package: found.words,
    ...(found.bin === undefined ? {} : { bin: found.bin }),
    ...(found.args.length === 0 ? {} : { args: [...found.args] }),
  }
}

/** Why a command that fetches packages is not started with keys in a project. */
export const FETCHES =
  "a program that fetches packages obeys the npm settings of the project's folder, and install scripts would see the keys"
/** What to write instead. */
export const PACKAGE_INSTEAD = 'write "package": "name@1.0.0" in place of "command"'

const RUNNERS = /^(?:npx|bunx|pnpx|pnx)$/
const MANAGERS: Readonly<Record<string, RegExp>> = {
  // npm takes each of its many spellings of install, and `exe` for exec.
  npm: /^(?:exec?|x|create|init|innit|i|in|ins|inst\w*|isnt\w*|add|ci|ic|clean-install.*|install-.*|s?c?it|up|update|upgrade|udpate)$/,
  pnpm: /^(?:dlx|create|init|i|install|add|ci|up|update|upgrade|it|install-test)$/,
  yarn: /^(?:dlx|create|init|install|add|up|upgrade)$/,
  bun: /^(?:x|create|c|init|i|install|add|a|ci|update)$/,
  deno: /^(?:x|create|init|install|i|add)$/,
}
/** How a runner is found under other names: `npx.cmd`, `npx-cli.js`, `npx@10`, `yarnpkg`. */
const bareName = (word: string): string =>
  lastName(word)
    .toLowerCase()
    .replace(/(?<=.)@.*$/, '')
    .replace(/\.(?:exe|cmd|bat|ps1|[cm]?js)$/, '')
    .replace(/-cli$/, '')
    .replace(/^yarnpkg$/, 'yarn')

/** The words that a manager may take for its command: all up to the first that is neither a flag nor perhaps a flag's value. */
function commandWords(words: readonly string[]): readonly string[] {
  const end = words.findIndex((word, at) => !word.startsWith('-') && !words[at - 1]?.startsWith('-'))
  return words.slice(0, end < 0 ? words.length : end + 1)
}

const fetches = (words: readonly string[]): boolean =>
  words.some((word, at) => {
    const name = bareName(word)
    if (RUNNERS.test(name) || /^(?:npm|jsr):/.test(word)) return true
    const verbs = Object.hasOwn(MANAGERS, name) ? MANAGERS[name] : undefined
    return verbs !== undefined && commandWords(words.slice(at + 1)).some((each) => verbs.test(each))
  })

/**
 * Returns whether any word of a command line, also inside a shell's line or behind another program (`env`, `wsl.exe`), is a
 * program that fetches packages. Quotes, carets and backslashes, which shells take out, hide none.
 */
export function fetchesPackages({ command, args = [] }: Pick<ServerSpec, 'command' | 'args'>): boolean {
  if (command === undefined) return false
  const words = [command, ...args].map((text) => fillTemplates(text, (kind, name) => (kind === 'path' ? name : '')))
  const split = (removed: RegExp): string[] =>
    words.flatMap((word) => word.replace(removed, '').split(/[\s`;&|()<>{}=,]+/)).filter((word) => word !== '')
  return [words, split(/['"^]/g), split(/['"^\\]/g)].some(fetches)
}
