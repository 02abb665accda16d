import { clients } from '../../catalog/clients/index.ts'
import { toHere } from '../../core/paths.ts'
import type { FileName } from '../../core/plan/records.ts'
import type { World } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { native } from '../../model/path.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { folderOn, type HomePlace } from '../machine/home.ts'
import { sideFiles } from '../machine/side-files.ts'
import { reach } from '../manifest/open.ts'
import { clientFile } from '../manifest/targets.ts'
import { layout } from '../../core/layout.ts'
import { listRuns } from '../store/history.ts'
import { ifPossible } from '../store/trouble.ts'
import { namesInstalled } from './named-folders.ts'

/** What tells which files may have entries of ours. */
export interface KnownFiles {
  readonly world: World
  readonly home: HomePlace
  readonly state: State
  readonly manifest: Manifest | null
}

/** Our folder on every side. */
export const foldersOf = (system: System, { world, home }: Pick<KnownFiles, 'world' | 'home'>): string[] =>
  world.environments.map((each) => folderOn(system, home, each))

/** A file that may have entries of ours, and the root of its project then. */
interface Possible {
  readonly name: FileName
  readonly project?: string | undefined
}

/**
 * The files that name what an uninstall removes, of those that our runs have written and those that programs read for their user
 * (`isAll`), with or without records: an undo, a person or a program may have put entries of ours there.
 */
export async function filesThatNameUs(system: System, known: KnownFiles, isAll: boolean): Promise<Possible[]> {
  const folders = foldersOf(system, known)
  const found = new Map<string, Possible>()
  for (const each of [...(await writtenByRuns(system, known)), ...(isAll ? await readByPrograms(system, known) : [])]) {
    const { environment, client, file } = each.name
    const side = known.world.environments.find(({ id }) => id === environment)
    const here = side === undefined ? null : toHere(side, native(file))
    const bytes = here === null ? null : await ifPossible(system.files.read(here))
    const text = bytes == null ? '' : Buffer.from(bytes).toString('utf8')
    const key = JSON.stringify([environment, client, file])
    if (!found.has(key) && namesInstalled(text, folders)) found.set(key, each)
  }
  return [...found.values()]
}

async function writtenByRuns(system: System, { home }: KnownFiles): Promise<Possible[]> {
  const runs = await listRuns(system, reach(home, layout(home.environment, home.folder).backups))
  return runs
    .flatMap(({ files }) => files)
    .flatMap(({ environment, client, file, project, hook, setting }) =>
      client === null || hook === true || setting !== undefined ? [] : [{ name: { environment, client, file }, project }],
    )
}

async function readByPrograms(system: System, { world, home, state, manifest }: KnownFiles): Promise<Possible[]> {
  const self = world.environments.find((each) => each.self) ?? home.environment
  const context = { manifest: manifest ?? {}, state, world, self, home }
  const asked = world.environments.flatMap((environment) =>
    clients
      .filter((client) => client.environments.includes(environment.kind))
      .map(async (client) => {
        const { file } = await clientFile(system, environment, client, context, undefined)
        const more = (await client.moreFiles?.(environment, sideFiles(system, environment))) ?? []
        return [file, ...more].map((each) => ({ name: { environment: environment.id, client: client.id, file: each } }))
      }),
  )
  return (await Promise.all(asked)).flat()
}
