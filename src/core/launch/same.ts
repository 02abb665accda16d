import type { ServerSpec } from '../../model/manifest.ts'
import { parseWords } from '../packages/words.ts'
import { programName } from './command-line.ts'
import { identities, startedPackage } from './what.ts'

/** Programs that run whatever their arguments name, so that the arguments say which server it is. */
const carriers =
  /^(?:node|deno|bun|bunx|npm|npx|pnpm|pnpx|yarn|uv|uvx|pipx|docker|podman|python[\d.]*|pyw?|ruby|perl|php|java|dotnet|go|bash|sh|dash|zsh|fish|cmd|powershell|pwsh|wsl|env|exec|sudo|doas|nice|nohup|time|timeout|ssh)$/

/**
 * Whether two servers start the same thing, in whatever version and with whatever options: the same package, program or
 * address. What a person granted the one may go on counting for the other.
 */
export function startsSame(a: ServerSpec, b: ServerSpec): boolean {
  if (a.package !== undefined || b.package !== undefined)
    return a.package !== undefined && b.package !== undefined && nameIn(a.package) === nameIn(b.package)
  if (a.pypi !== undefined || b.pypi !== undefined) return identities(a).some((each) => identities(b).includes(each))
  if (a.url !== undefined || b.url !== undefined) return a.url === b.url
  if (a.command === undefined || a.command !== b.command) return false
  const [one, other] = [startedPackage(a), startedPackage(b)]
  if (one !== null || other !== null) return one === other
  return !carriers.test(programName(a.command)) || JSON.stringify(a.args ?? []) === JSON.stringify(b.args ?? [])
}

function nameIn(words: string): string {
  const parsed = parseWords(words)
  return 'refuse' in parsed ? words : parsed.name
}
