import { builtinServers } from '../catalog/servers/index.ts'
import type { completion as spec } from '../cli/specs/completion.ts'
import type { Context, Run } from '../context.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import type { Offers } from '../model/command-line.ts'
import { environmentKinds } from '../model/environment.ts'
import { type Shell, completionScript, printed, shells } from './completion-scripts.ts'
import { expected, matching, type OfferedWord } from './completion-words.ts'
import { unknownName } from './unknown.ts'

/**
 * Prints a completion script; with words, what the last of them can be: the script asks that while a person types, so it
 * starts nothing, and reads files of this side only but for the ids behind `extension:`. PowerShell hands words over in a
 * variable, since it drops empty ones.
 */
export const run: Run<typeof spec> = async (context, [name = '', ...args]) => {
  const shell = shells.find((each) => each === name)
  if (shell === undefined) throw unknownName('shell', name, shells, `mcp-twin completion ${shells.join('|')}`)
  const handed = context.system.variables.MCP_TWIN_WORDS
  const words = args.length > 0 ? args : handed === undefined ? null : handed.split('\n')
  return words === null ? script(context, shell) : offer(context, shell, words)
}

async function script({ io, commands }: Context, shell: Shell): Promise<ExitCode> {
  const text = completionScript(shell, commands, { builtins: await namesOf('builtin'), clients: await namesOf('client') })
  io.raw(`${text}\n`)
  io.json({ command: 'completion', shell, script: text })
  return EXIT.ok
}

async function offer(context: Context, shell: Shell, words: readonly string[]): Promise<ExitCode> {
  const { io } = context
  const found = expected(context.commands, words)
  const offered = matching(found, await offeredNames(context, found.offers, words), words.at(-1) ?? '')
  // A verb may stand where a file may: the file is offered once what is typed is no verb's beginning.
  const files = found.offers === 'file' && offered.length === 0
  io.json({ command: 'completion', shell, words: offered.map(({ word }) => word), files })
  for (const line of printed(shell, offered, files)) io.raw(`${line}\n`)
  return EXIT.ok
}

const plainly = (words: readonly string[]): OfferedWord[] => words.map((word) => ({ word }))

async function namesOf(offers: 'builtin' | 'client' | 'check'): Promise<OfferedWord[]> {
  if (offers === 'builtin') return (await builtinServers()).map(({ name, title }) => ({ word: name, about: title }))
  if (offers === 'check') return (await import('../catalog/checks/index.ts')).checks.map(({ id, title }) => ({ word: id, about: title }))
  return (await import('../catalog/clients/index.ts')).clients.map(({ id, label }) => ({ word: id, about: label }))
}

async function offeredNames({ system }: Context, offers: Offers | null, words: readonly string[]): Promise<OfferedWord[]> {
  if (offers === null || offers === 'file') return []
  if (typeof offers !== 'string') return plainly(offers)
  if (offers === 'builtin' || offers === 'client' || offers === 'check') return namesOf(offers)
  const { extensionsHere, namesHere } = await import('../effects/manifest/names-here.ts')
  if (offers === 'addable') {
    const ids = words.at(-1)?.startsWith('extension:') === true ? await extensionsHere(system) : []
    return [...(await namesOf('builtin')), ...plainly(ids.map((id) => `extension:${id}`))]
  }
  const manifest = words[words.indexOf('--manifest') + 1]
  const named = words.slice(0, -1).includes('--manifest') && manifest !== undefined ? { manifest } : {}
  const { servers, remotes, logins, keys, sides, runs, plugins } = await namesHere(system, { ...named, isUser: words.includes('--user') })
  const kinds = sides.length === 0 ? environmentKinds : environmentKinds.filter((kind) => sides.some((id) => id.split(':')[0] === kind))
  const distros = sides.filter((id) => id.startsWith('wsl:'))
  const found = {
    server: servers,
    remote: remotes,
    login: logins,
    key: keys,
    run: runs,
    plugin: plugins,
    side: [...kinds, ...distros],
    distro: distros.map((id) => id.slice('wsl:'.length)),
  }
  return plainly(found[offers])
}
