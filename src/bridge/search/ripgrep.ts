import { constants } from 'node:fs'
import { createRequire } from 'node:module'
import { arch } from 'node:os'
import { delimiter, join } from 'node:path'
import { accessTrouble } from '../base/access.ts'
import { limits } from '../base/limits.ts'
import { denied, failed } from '../base/refusal.ts'
import type { Glob } from './glob.ts'
import { brokenNames } from './records.ts'

export interface TextQuery {
  readonly pattern: string
  readonly literal: boolean
  readonly context: number
  readonly caseSensitive: boolean
}

export function checkPattern({ pattern }: TextQuery): void {
  if (pattern === '' || pattern.includes('\0'))
    throw denied('The pattern is empty or holds a NUL character; give a text or a regular expression.')
  if (pattern.length > limits.searchPatternCharacters)
    throw denied(`The pattern has ${pattern.length} characters; ${limits.searchPatternCharacters} are the most.`)
}

/**
 * Options before anything that a caller wrote: no config file, no links followed, hidden files too. What a caller
 * wrote is part of the option's own argument or comes after `--`, so a pattern `--pre=cmd` is a pattern.
 */
const common = [
  '--no-config',
  '--no-ignore-messages',
  '--color=never',
  '--no-follow',
  '--hidden',
  '--no-heading',
  '--with-filename',
] as const

/** The part of a folder that is searched. */
export interface RipgrepScope {
  readonly target: string
  readonly glob: Glob | null
  /** Closed paths in the folder, relative to it and with `/`. */
  readonly closed: readonly string[]
  /** Whether ignore files count. */
  readonly ignores: boolean
}

/** Only ignore files beside what is searched count: git's settings may name any file of the person, a pipe too. */
const ownIgnores = ['--no-ignore-global', '--no-ignore-exclude'] as const

const literally = (path: string): string => path.replace(/[\\*?[\]{}!]/g, '\\$&')

/**
 * What is left out. Only globs that leave something out are given as such, since one that fits brings back what .gitignore
 * leaves out; the name that a glob asks for is given as a type of file, and its folders are compared here.
 */
const chosen = ({ glob, closed, ignores }: RipgrepScope): string[] => [
  ...(ignores ? ownIgnores : ['--no-ignore']),
  ...(glob === null || glob.name === null ? [] : [`--type-add=q:${glob.name}`, '--type=q']),
  ...(glob?.negative ? [`--glob=${glob.written}`] : []),
  ...['.git', ...brokenNames, ...closed.map((path) => `/${literally(path)}`)].map((name) => `--glob=!${name}`),
]

export function textArguments(query: TextQuery, scope: RipgrepScope): string[] {
  return [
    ...common,
    ...['--null', '--line-number', '--column', '--byte-offset'],
    ...[`--regex-size-limit=${limits.searchPattern}`, `--dfa-size-limit=${2 * limits.searchPattern}`],
    query.literal ? '--fixed-strings' : '--no-fixed-strings',
    query.caseSensitive ? '--case-sensitive' : '--ignore-case',
    ...(query.context > 0 ? [`--context=${query.context}`] : []),
    ...chosen(scope),
    `--regexp=${query.pattern}`,
    '--',
    scope.target,
  ]
}

export const nameArguments = (scope: RipgrepScope): string[] => [...common, '--files', ...chosen(scope), '--', scope.target]

let found: string | null | undefined

const installs: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'winget install BurntSushi.ripgrep.MSVC',
  darwin: 'brew install ripgrep',
}

/** Why there is no ripgrep, and the command that installs it. */
export const lacking = (platform: NodeJS.Platform): string =>
  `this copy of mcp-twin was installed without its optional package ${packageName(platform)}, and no rg is on PATH; run ${installs[platform] ?? 'sudo apt install ripgrep'}, then start the client again`

/**
 * ripgrep, as the package `@vscode/ripgrep` ships it for this platform (a plain binary in the package, nothing is
 * downloaded), or from PATH where that package is not installed. Null: neither.
 */
export function findRipgrep(platform: NodeJS.Platform, path: string | undefined): string | null {
  found ??= packaged(platform) ?? onPath(platform, path) ?? null
  return found
}

export function ripgrep(platform: NodeJS.Platform, path: string | undefined): string {
  const program = findRipgrep(platform, path)
  if (program === null) throw failed(`Nothing was searched: ${lacking(platform)}.`)
  return program
}

const packageName = (platform: NodeJS.Platform): string => `@vscode/ripgrep-${platform}-${arch()}`
const fileName = (platform: NodeJS.Platform): string => (platform === 'win32' ? 'rg.exe' : 'rg')

function packaged(platform: NodeJS.Platform): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${packageName(platform)}/bin/${fileName(platform)}`)
  } catch {
    // Not installed for this platform; PATH is the second place to look.
    return undefined
  }
}

function onPath(platform: NodeJS.Platform, path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, fileName(platform)))
    .find((file) => accessTrouble(file, constants.X_OK) === '')
}
