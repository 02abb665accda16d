import { isKnownLine, readCommand } from '../../core/import/pasted/commands.ts'
import { splitShell } from '../../core/import/pasted/shell.ts'
import { looksPosixPath, looksWindowsPath } from '../../core/paths.ts'
import type { JsonObject } from '../../model/entry.ts'
import { denied, failed } from '../base/refusal.ts'

const advice = 'give the program alone in "command" and each argument in "args", or a line such as npx -y PACKAGE'

/** An absolute path in either spelling. */
export const isPath = (text: string): boolean => looksPosixPath(text) || looksWindowsPath(text)

/**
 * A command with blanks, read as `mcp-twin add` reads a pasted line: how a program's config would say it, with these arguments
 * behind its own. Throws a Refusal for a line that starts no server that is known, or several.
 */
export async function readLine(line: string, args: readonly string[], isFile: (path: string) => Promise<boolean>): Promise<JsonObject> {
  const refuse = (why: string): never => {
    throw failed(`Nothing was queued: "command" has blanks and is no file, and as a line it is not understood: ${why}; ${advice}.`)
  }
  // A shell would fill in `${…}`; here it is a template.
  const split = splitShell(line.replace(/\$\{(secret|path|env):/g, '{$1:'))
  if (!split.ok) return refuse(split.reason)
  const [command, ...more] = split.commands
  const first = command?.words[0] ?? ''
  if (command === undefined || more.length > 0) return refuse(`it holds ${split.commands.length} commands`)
  if (!isKnownLine(command) && !/[\\/]/.test(first))
    return refuse(`it begins with ${JSON.stringify(first.slice(0, 60))}, which starts no server that is known`)
  if (isPath(first) && !(await isFile(first))) return refuse(`there is no program ${JSON.stringify(first.slice(0, 200))}`)
  const read = readCommand(command)
  if (!('servers' in read)) return refuse(read.reason)
  const [found, ...others] = read.servers
  if (found === undefined || others.length > 0) return refuse(`it holds ${read.servers.length} servers`)
  const [, value] = found
  if (args.length === 0) return value
  if (typeof value.command !== 'string') throw denied(`Nothing was queued: "args" do not go with an address.`)
  return { ...value, args: [...(Array.isArray(value.args) ? value.args : []), ...args] }
}
