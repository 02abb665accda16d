import type { ServerSpec } from '../../model/manifest.ts'
import { parsePython } from '../packages/python.ts'
import { parseWords } from '../packages/words.ts'
import { lastName, plainForCmd, programName, simpleCmdWords, simpleShellWords } from './command-line.ts'

/** A package that some runner fetches and starts: its words as typed, the program of it where one is named, what follows. */
interface RunPackage {
  readonly words: string
  readonly bin?: string
  readonly args: readonly string[]
}

/** Flags of a runner that say nothing of what is started. */
const quiet =
  /^(?:-y|--yes|-q|--quiet|-s|--silent|--prefer-online|--prefer-offline|--ignore-existing|--no-progress|--ignore-scripts(?:=true)?)$/

/** How the words of one runner are read. */
interface Grammar {
  /** It takes `-c "LINE"`, a shell line with a program of the package. */
  readonly call: boolean
  /** After the package it still reads flags of its own, so that arguments need `--` in front. */
  readonly greedy: boolean
}

function isPackage(words: string): boolean {
  return !('refuse' in parseWords(words))
}

/** Reads `[flags] PACKAGE args…`, `-p PACKAGE PROGRAM args…` and `-p PACKAGE -c "PROGRAM args…"`; null for anything else. */
function readRunner(args: readonly string[], { call, greedy }: Grammar): RunPackage | null {
  let named: string | undefined
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at] ?? ''
    const [, flag, value] = /^(-p|--package|-c|--call)(?:=([\s\S]*))?$/.exec(word) ?? []
    if (flag === '-p' || flag === '--package') {
      if (named !== undefined) return null
      named = value ?? args[++at]
    } else if (flag !== undefined) return call ? readCall(named, value ?? args[++at], args.slice(at + 1)) : null
    else if (word === '--') {
      at++
      break
    } else if (!quiet.test(word)) {
      if (word.startsWith('-')) return null
      break
    }
  }
  const parted = args[at - 1] === '--'
  const [first, ...rest] = args.slice(at)
  const following = greedy && !parted ? afterGreedy(rest) : rest
  if (first === undefined || following === null || !isPackage(named ?? first)) return null
  return named === undefined ? { words: first, args: following } : { words: named, bin: first, args: following }
}

/** `npm exec PACKAGE --flag` gives the flag to npm: only what follows `--`, or has no dash, reaches the program. */
function afterGreedy(rest: readonly string[]): readonly string[] | null {
  if (rest[0] === '--') return rest.slice(1)
  return rest.some((word) => word.startsWith('-')) ? null : rest
}

function readCall(named: string | undefined, line: string | undefined, rest: readonly string[]): RunPackage | null {
  const split = line === undefined || rest.length > 0 ? null : simpleShellWords(line)
  const [bin, ...args] = split ?? []
  return named === undefined || bin === undefined || !isPackage(named) ? null : { words: named, bin, args }
}

const npx: Grammar = { call: true, greedy: false }
const bare: Grammar = { call: false, greedy: false }

/** The package that a command line starts through npx, bunx, pnpm dlx, yarn dlx or npm exec; null when it starts none. */
export function runnerPackage(command: string, args: readonly string[]): RunPackage | null {
  const [first = '', ...rest] = args
  switch (programName(command)) {
    case 'npx':
      return readRunner(args, npx)
    case 'bunx':
      return readRunner(args, bare)
    case 'bun':
      return first === 'x' ? readRunner(rest, bare) : null
    case 'pnpx':
      return readRunner(args, bare)
    case 'pnpm': {
      const at = args.indexOf('dlx')
      return at >= 0 && args.slice(0, at).every((word) => quiet.test(word) || /^--package=/.test(word))
        ? readRunner(args.toSpliced(at, 1), bare)
        : null
    }
    case 'yarn':
      return first === 'dlx' ? readRunner(rest, bare) : null
    case 'npm':
      return first === 'exec' || first === 'x' ? readRunner(rest, { call: true, greedy: true }) : null
    case 'node':
      if (lastName(first) === 'npx-cli.js') return readRunner(rest, npx)
      return lastName(first) === 'npm-cli.js' && (rest[0] === 'exec' || rest[0] === 'x')
        ? readRunner(rest.slice(1), { call: true, greedy: true })
        : null
    default:
      return null
  }
}

/** The words inside `cmd /c …`, `sh -c "…"` and their like, where the shell would hand them on as they are; null: no such shell. */
export function insideShell(command: string, args: readonly string[]): string[] | null {
  const name = programName(command)
  if (name === 'cmd') {
    const at = args.findIndex((word) => /^\/c$/i.test(word))
    if (at < 0 || !args.slice(0, at).every((word) => /^\/(?:d|s|q|v:off|e:on)$/i.test(word))) return null
    const rest = args.slice(at + 1)
    return rest.length === 1 ? simpleCmdWords(rest[0] ?? '') : plainForCmd(rest) ? rest : null
  }
  if (!/^(?:ba|z|da)?sh$/.test(name)) return null
  const line = args.at(-1)
  const flags = args.slice(0, -1)
  if (
    line === undefined ||
    flags.length === 0 ||
    !/^-[li]*c$/.test(flags.at(-1) ?? '') ||
    !flags.every((word) => /^-[lic]+$|^--login$/.test(word))
  )
    return null
  return simpleShellWords(line)
}

/** What `uvx NAME args…`, `uvx --from NAME PROGRAM args…` and `uv tool run …` start; null with any other flag, and for what is no plain name. */
export function uvxPackage(
  command: string,
  args: readonly string[],
): { readonly server: Pick<ServerSpec, 'pypi' | 'bin'>; readonly args: readonly string[] } | null {
  const program = programName(command)
  const isLong = program === 'uv' && args[0] === 'tool' && args[1] === 'run'
  if (program !== 'uvx' && !isLong) return null
  const [first = '', ...rest] = (isLong ? args.slice(2) : args).filter(
    (word, at, all) => !(word === '-q' || word === '--quiet') || all.slice(0, at).some((each) => !each.startsWith('-')),
  )
  const [, joined] = /^--from=(.*)$/s.exec(first) ?? []
  const named = /^--from$/.test(first) ? rest.shift() : joined
  const bin = named === undefined ? undefined : rest.shift()
  const words = named ?? first
  const parsed = parsePython(words)
  if ('refuse' in parsed || (named !== undefined && (bin === undefined || bin.startsWith('-')))) return null
  const pypi = parsed.version === null ? parsed.name : `${parsed.name}@${parsed.version}`
  return { server: { pypi, ...(bin === undefined || bin === parsed.name ? {} : { bin }) }, args: rest }
}
