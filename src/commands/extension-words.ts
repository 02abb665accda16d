import type { ExtensionRow } from '../core/extensions/offer.ts'
import { addCommand } from '../core/launch/extension.ts'
import { isDecisive } from '../core/launch/decisive.ts'
import type { InstalledExtension } from '../model/extension.ts'
import { visible } from '../ui/escape.ts'

/** What `list` and `init` say of the extensions that other programs do not have: the command, or with `isWhole` also why there is none. */
export const extensionWords = (rows: readonly ExtensionRow[], isWhole = false): string[] =>
  rows.flatMap(({ id, server, reason }) =>
    server !== null || (reason !== null && !isWhole)
      ? []
      : [
          visible(
            reason === null ? `${id} is in Claude Desktop alone: ${addCommand(id)}` : `${id} stays in Claude Desktop alone: ${reason}`,
          ),
        ],
  )

/** What a person agrees to, in lines: where it comes from, and what it starts. */
export function extensionLines({ id, manifest, source, signature }: InstalledExtension): string[] {
  if (manifest === null) return []
  const { command, args = [], env = {}, platform_overrides: overrides = {} } = manifest.server.mcp_config
  const systems = Object.keys(overrides)
  const variables = [env, ...Object.values(overrides).map((each) => each.env ?? {})].flatMap((each) =>
    Object.entries(each).map(([name, text]) => (isDecisive([name, text]) ? `${name}=${text}` : name)),
  )
  return [
    `${id} ${manifest.version}, an extension of Claude Desktop: source ${source ?? 'not known'}, signature ${signature ?? 'not known'}`,
    `it starts: ${[command, ...args].join(' ')}`,
    ...(variables.length === 0 ? [] : [`its variables: ${[...new Set(variables)].join(', ')}`]),
    ...systems.map((each) => `on ${each}: ${[overrides[each]?.command ?? command, ...(overrides[each]?.args ?? args)].join(' ')}`),
    "It is a stranger's code, and Claude Desktop may update it by itself. If an update changes what it starts, you are asked again.",
  ]
}
