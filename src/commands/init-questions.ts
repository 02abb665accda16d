import { builtinServers } from '../catalog/servers/index.ts'
import type { Context } from '../context.ts'
import type { Imported } from '../core/import/merge.ts'
import { keysOf } from '../core/manifest/names.ts'
import { looksPosixPath, looksWindowsPath } from '../core/paths.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { ServerSpec } from '../model/manifest.ts'
import { visible } from '../ui/escape.ts'
import { columns, pad } from '../ui/width.ts'

export interface Answers {
  /** Imported servers that both sides shall have. */
  readonly everywhere: ReadonlySet<string>
  /** Imported servers that stay out of the manifest. */
  readonly without: ReadonlySet<string>
  /** Servers of the built-in list. */
  readonly builtin: Readonly<Record<string, ServerSpec>>
}

const described = (server: ServerSpec): string =>
  [server.package ?? server.url ?? server.command ?? 'differs per side', ...keysOf(server).map((name) => `needs ${name}`)].join(', ')

/** Would it start on the other side as it stands? A program or a path of one side would not. */
const travels = (server: ServerSpec): boolean =>
  server.command === undefined && !(server.args ?? []).some((word) => looksPosixPath(word) || looksWindowsPath(word))

/** Asks which of the found servers both sides shall have, and which of the built-in list. */
export async function askServers(
  context: Context,
  situation: Situation,
  found: Imported,
  named: Readonly<Record<string, ServerSpec>>,
): Promise<Answers> {
  const names = Object.keys(found.servers)
  const hasTwin = situation.sides.length > 1
  let [everywhere, without] = [new Set<string>(), new Set<string>()]
  if (names.length > 0) {
    const message = hasTwin
      ? 'Servers you already use: which ones should both sides have?'
      : 'Servers you already use: which ones should mcp-twin manage?'
    const widest = Math.max(...names.map((name) => columns(visible(name))))
    const choices = names.map((name) => ({
      value: name,
      name: `${pad(visible(name), widest)}  ${described(found.servers[name] ?? {})}`,
      short: visible(name),
      checked: !hasTwin || travels(found.servers[name] ?? {}),
    }))
    const picked = new Set(await context.prompt.chooseMany(message, choices, { flag: '--yes' }))
    if (hasTwin) everywhere = picked
    else without = new Set(names.filter((name) => !picked.has(name)))
  }
  const taken = new Set([...names, ...Object.keys(situation.manifest.servers), ...Object.keys(named)])
  const offered = (await builtinServers()).filter((each) => !taken.has(each.name))
  const picked =
    offered.length === 0
      ? []
      : await context.prompt.chooseMany(
          'More from the list',
          offered.map((each) => ({
            value: each,
            name: `${pad(each.name, 20)}${each.title}`,
            short: each.name,
            description: each.description,
          })),
          { flag: '--server NAME' },
        )
  return { everywhere, without, builtin: Object.fromEntries(picked.map((each) => [each.name, each.server])) }
}
