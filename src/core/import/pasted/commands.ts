import type { JsonObject } from '../../../model/entry.ts'
import { isStarter, programName } from '../../launch/command-line.ts'
import { insideShell } from '../../launch/package-runner.ts'
import { isObject } from '../../object.ts'
import { LenientReader, Unread } from './lenient.ts'
import { AddWords, shownWord } from './mcp-add.ts'
import type { ShellCommand } from './shell.ts'
import { referenceTo } from './splitter.ts'

/** A server as some program's config has it; `null` where it has no name of its own. */
export type NamedValue = readonly [string | null, JsonObject]

/** What a pasted command adds: servers, or, in words, why none. */
type FromCommand =
  | { readonly servers: readonly NamedValue[]; readonly notes: readonly string[] }
  | { readonly reason: string; readonly hint?: string }

/** Editors that take a server as JSON behind `--add-mcp`. */
const editors = /^(?:code|code-insiders|codium|cursor|windsurf)$/

/** Does a line with these words name a server, or add one to some program? Decides whether a text is read as lines at all. */
export function isKnownLine({ words: [first = '', second = ''] }: ShellCommand): boolean {
  const name = programName(first)
  return isStarter(first) || second === 'mcp' || editors.test(name)
}

/** Reads one command line as the program it is written for would. */
export function readCommand({ words, env, exported }: ShellCommand): FromCommand {
  const mcp = mcpVerb(words)
  if (mcp !== null) return addLine(mcp.program, mcp.verb, mcp.rest)
  const [command = '', ...args] = words
  const name = programName(command)
  if (editors.test(name)) return addMcp(words)
  if (/^https?:\/\//i.test(command) && args.length === 0) return { servers: [[null, { url: command }]], notes: [] }
  const why = noServer(name, insideShell(command, args) ?? words)
  if (why !== null) return why
  if (!isStarter(command) && !/[\\/]/.test(command))
    return {
      reason: `it begins with ${shownWord(command)}, which is no way to start a server that mcp-twin knows`,
      hint: 'mcp-twin add NAME --command PROGRAM -- ARGUMENTS',
    }
  const variables = { ...exported, ...env }
  return {
    servers: [[null, withPassedOn({ command, args, ...(Object.keys(variables).length === 0 ? {} : { env: variables }) })]],
    notes: [],
  }
}

/** `claude mcp add …`, also through `npx -y @anthropic-ai/claude-code`. */
function mcpVerb(words: readonly string[]): { program: string; verb: string; rest: readonly string[] } | null {
  const at = words.indexOf('mcp')
  const verb = words[at + 1] ?? ''
  if (at < 1 || at > 3 || !/^(?:add|add-json|add-from-claude-desktop|remove|list|get|serve|login)$/.test(verb)) return null
  const program = words.slice(0, at).find((word) => !word.startsWith('-') && programName(word) !== 'npx') ?? ''
  return at === 1 || /(?:claude-code|codex|gemini-cli|qwen-code|copilot)(?:@|$)/.test(program)
    ? { program: programName(program), verb, rest: words.slice(at + 2) }
    : null
}

/** Why a line that begins with a known program starts no server; null where it does. */
function noServer(name: string, words: readonly string[]): { reason: string; hint?: string } | null {
  const line = words.slice(1).filter((word) => !word.startsWith('-'))
  const [verb = ''] = line
  const setup = 'it only installs or prepares something'
  if (/^(?:npm|pnpm|yarn|bun)$/.test(name) && !/^(?:exec|x|dlx)$/.test(verb) && !/\.[cm]?[jt]s$/.test(verb)) {
    const found = /^(?:i|install|add|global)$/.test(verb) ? line.slice(1).find((word) => word !== 'add') : undefined
    return { reason: setup, ...(found === undefined ? {} : { hint: `mcp-twin add npm:${found}` }) }
  }
  if (name === 'uv' && !/^(?:run|tool|x)$/.test(verb) && !line.includes('run')) return { reason: setup }
  if (name === 'uv' && verb === 'tool' && line[1] !== 'run')
    return { reason: setup, ...(line[2] === undefined ? {} : { hint: `mcp-twin add "uvx ${line[2]}"` }) }
  if (name === 'pipx' && verb !== 'run') return { reason: setup }
  if (/^(?:docker|podman)$/.test(name) && !/^(?:run|exec|mcp)$/.test(verb)) return { reason: setup }
  if (/^python[\d.]*$/.test(name) && words[1] === '-m' && /^(?:pip|venv)$/.test(words[2] ?? '')) return { reason: setup }
  if (words.length < 2) return { reason: `nothing follows ${name}` }
  const installer = words.find((word) => /^(?:@smithery\/cli|add-mcp|mcp-get|@michaellatman\/mcp-get|install-mcp)(?:@|$)/.test(word))
  return installer !== undefined && (!installer.startsWith('@smithery') || words.includes('install'))
    ? {
        reason: `${installer.replace(/(?<=.)@.*$/, '')} writes configs by itself, and nothing that is pasted is run`,
        hint: 'paste the server that it would add',
      }
    : null
}

/** `docker run -e NAME` hands on a variable of the shell: it must be in the entry's own env. */
export function withPassedOn(value: JsonObject): JsonObject {
  const { command, args, env } = value
  if (typeof command !== 'string' || !Array.isArray(args) || !/^(?:docker|podman)$/.test(programName(command))) return value
  const known = isObject(env) ? env : {}
  const names = args.flatMap((word, at) => {
    const before = args[at - 1]
    const [, own] = /^(?:-e|--env)=?([A-Za-z_]\w*)$/.exec(String(word)) ?? []
    if (own !== undefined) return [own]
    return (before === '-e' || before === '--env') && /^[A-Za-z_]\w*$/.test(String(word)) ? [String(word)] : []
  })
  const missing = names.filter((name) => !Object.hasOwn(known, name))
  return missing.length === 0
    ? value
    : { ...value, env: { ...known, ...Object.fromEntries(missing.map((name) => [name, referenceTo(name)])) } }
}

function addMcp(words: readonly string[]): FromCommand {
  const texts = words.flatMap((word, at) =>
    word === '--add-mcp' ? [words[at + 1] ?? ''] : /^--add-mcp=/.test(word) ? [word.slice(10)] : [],
  )
  const servers: NamedValue[] = []
  for (const text of texts) {
    const value = jsonIn(text)
    if (value === null) return { reason: 'what follows --add-mcp is no JSON object' }
    servers.push([typeof value.name === 'string' ? value.name : null, value])
  }
  return servers.length === 0 ? { reason: `${programName(words[0] ?? '')} adds a server only with --add-mcp` } : { servers, notes: [] }
}

/** JSON in one word; PowerShell and cmd want its quotes with a backslash. */
function jsonIn(text: string): JsonObject | null {
  for (const each of [text, text.replaceAll('\\"', '"')]) {
    try {
      const [value] = new LenientReader(each).objects()
      if (value !== undefined && Object.keys(value).length > 0) return value
    } catch (error) {
      if (!(error instanceof Unread)) throw error
    }
  }
  return null
}

function addLine(program: string, verb: string, words: readonly string[]): FromCommand {
  const name = `${program} mcp ${verb}`
  if (verb === 'add-from-claude-desktop') return { reason: `${name} takes what Claude Desktop has`, hint: 'mcp-twin init' }
  if (verb !== 'add' && verb !== 'add-json') return { reason: `${name} adds no server` }
  const parts = new AddWords(words, program)
  const trouble = parts.read(verb === 'add-json')
  if (trouble !== null) return { reason: `${name}: ${trouble}` }
  const notes = parts.ignored.map((flag) => `${flag} of ${name} is left out: other programs have nothing like it`)
  const [own, second] = parts.positional
  const named = own === undefined || /^<.*>$/.test(own) ? null : own
  if (verb === 'add-json') {
    const value = second === undefined ? null : jsonIn(second)
    if (value === null) return { reason: `${name} wants a name and a JSON object behind it` }
    return { servers: [[named, withPassedOn(value)]], notes }
  }
  const env = parts.env.size === 0 ? {} : { env: Object.fromEntries(parts.env) }
  const url =
    parts.values.get('url') ??
    (second !== undefined && /^(?:https?:\/\/|<https?:)/i.test(second) ? second.replace(/^<|>$/g, '') : undefined)
  const kind = parts.values.get('transport')
  if (url !== undefined) {
    const token = parts.values.get('bearer-token-env-var')
    const headers = new Map(parts.headers)
    if (token !== undefined) headers.set('Authorization', `Bearer ${referenceTo(token)}`)
    return {
      servers: [
        [
          named,
          { ...(kind === undefined ? {} : { type: kind }), url, ...(headers.size === 0 ? {} : { headers: Object.fromEntries(headers) }) },
        ],
      ],
      notes,
    }
  }
  if (kind !== undefined && /^(?:http|sse)/i.test(kind)) return { reason: `${name} wants a URL behind the name` }
  if (second === undefined)
    return {
      reason: own === undefined ? `${name} wants a name and a command behind it` : `${name} ${own}: no command or URL follows the name`,
    }
  return { servers: [[named, withPassedOn({ command: second, args: parts.positional.slice(2), ...env })]], notes }
}
