import { terminalModes } from '../../model/bridge-words.ts'
import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Followed, Settings, Sides } from '../base/settings.ts'
import type { Flags } from './flags.ts'
import { type ManifestOrigin, readOwnManifest } from './own-manifest.ts'
import { configured, rootsOf } from './paths.ts'

interface Place {
  readonly self: Environment
  readonly sides: Sides
  readonly workspace: string
}

/**
 * Reads what a manifest decides in a bridge that runs: its allowed folders, and what it closes. What else it opens is for the next start.
 * With a manifest that cannot be read the bridge is as closed as one that starts with it.
 */
export const manifestNow = (
  origin: ManifestOrigin,
  flags: Pick<Flags, 'roots' | 'tools' | 'terminal'>,
  { self, sides, workspace }: Place,
): NonNullable<Settings['manifestNow']> => ({
  path: origin.manifest,
  async read(began) {
    const { manifest, unreadable } = await readOwnManifest(origin, self, 'and once it is fixed this bridge opens again')
    const { bridge = {} } = manifest
    const deny = configured(unreadable?.kept.deny ?? bridge.deny ?? [], 'The closed path', sides, [])
    const all = { ...began, deny: [...(began.deny ?? []), ...deny], closed: [...began.closed, ...deny] }
    if (unreadable !== undefined) return closedBy(all, unreadable, workspace)
    const roots = flags.roots.length > 0 ? rootsNow(began) : rootsOf(bridge.roots, workspace, sides, [])
    return { ...followed(all), ...roots, ...(began.isBrief !== true && narrowed(all, flags, bridge)) }
  },
})

const rootsNow = ({ roots, readable = [] }: Settings) => ({ roots, readable })

const followed = (settings: Settings): Followed => {
  const { closed, deny = [], allow, families, readOnly, terminal, blockedCommands, problems } = settings
  return { ...rootsNow(settings), closed, deny, allow, families, readOnly, terminal, blockedCommands, problems }
}

type Unreadable = NonNullable<Awaited<ReturnType<typeof readOwnManifest>>['unreadable']>

const closedBy = (began: Settings, { words, kept }: Unreadable, workspace: string): Followed => ({
  ...followed(began),
  ...{ roots: [workspace], readable: [], allow: [], readOnly: true, terminal: 'off', unreadable: words },
  // A person's own command has the tools of all families, as always.
  families: began.families.filter(
    (family) => family !== 'shared' && family !== 'plugins' && (began.isBrief === true || (kept.families?.includes(family) ?? true)),
  ),
  problems: [...began.problems, words],
})

/** The restrictions of the manifest as it is now, added to those of the start. A flag overrides the manifest, as at the start. */
const narrowed = (
  { families, readOnly, terminal, blockedCommands }: Settings,
  flags: Pick<Flags, 'tools' | 'terminal'>,
  bridge: NonNullable<Manifest['bridge']>,
): Pick<Followed, 'families' | 'readOnly' | 'terminal' | 'blockedCommands'> => ({
  families: flags.tools.length > 0 ? families : families.filter((family) => bridge.families?.includes(family) ?? true),
  readOnly: readOnly || bridge.readOnly === true,
  terminal:
    flags.terminal !== undefined || terminalModes.indexOf(bridge.terminal ?? 'off') > terminalModes.indexOf(terminal)
      ? terminal
      : (bridge.terminal ?? 'off'),
  blockedCommands: [...new Set([...blockedCommands, ...(bridge.blockedCommands ?? [])])],
})
