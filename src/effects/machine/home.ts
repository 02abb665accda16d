import { layout } from '../../core/layout.ts'
import { meansEnvironment } from '../../core/participants.ts'
import { joinPath, readPath, toHere } from '../../core/paths.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { HomeJson } from '../../model/home.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ownFolderFaults } from './vet-own-folder.ts'
import { ownFolder } from './own-folder.ts'
import { readHomeJson } from './home-json.ts'

export { ownFolder } from './own-folder.ts'
export { writeHomeJson } from './home-json.ts'

/** The side where manifest, keys and the bridge's store live, and our folder there. */
export interface HomePlace {
  readonly environment: Environment
  readonly folder: NativePath
  readonly here: ReachablePath
  /** True: this process runs on that side, and may do the work itself. */
  readonly isSelf: boolean
  /** The own side's `home.json`, where home is another side. */
  readonly homeJson: HomeJson | null
  /** Manifests found on sides that are not home: `init` imports their servers. */
  readonly others: readonly SideFolder[]
}

/** Our folder on a side, which home's manifest may have elsewhere than usual. */
export const folderOn = (system: System, home: Pick<HomePlace, 'environment' | 'folder'>, side: Environment): NativePath =>
  side.id === home.environment.id ? home.folder : ownFolder(system, side)

export interface SideFolder {
  readonly environment: Environment
  readonly folder: NativePath
}

export interface FindOptions {
  /** `--home`: id or kind of an environment. */
  readonly home?: string
  /** Ignores this side's home.json if others may write it; the command reports that. */
  readonly reportOnly?: boolean
  /** `--manifest`: where it is the manifest in a side's own folder, that side is home. */
  readonly manifest?: string
}

const selfOf = (world: World): Environment => {
  const self = world.environments.find((each) => each.self)
  if (!self) throw new Error('a world has one environment that is this side')
  return self
}

/**
 * Reads `home.json`, which alone names a folder that was moved on another side: the own side's, else that of a side in
 * reach. A second distribution would otherwise not know of the first, and make itself home beside it.
 */
async function findHomeJson(system: System, world: World, self: Environment): Promise<HomeJson | null> {
  for (const side of [self, ...world.environments.filter((each) => each !== self)]) {
    const file = toHere(side, layout(side, ownFolder(system, side)).homeJson)
    const homeJson = file === null ? null : await readHomeJson(system, file)
    if (homeJson !== null) return homeJson
  }
  return null
}

const folderOf = (system: System, environment: Environment, homeJson: HomeJson | null): NativePath =>
  !environment.self && homeJson?.environment === environment.id ? homeJson.folder : ownFolder(system, environment)

async function manifestsIn(system: System, folders: readonly SideFolder[]): Promise<SideFolder[]> {
  const found: SideFolder[] = []
  for (const one of folders) {
    const file = toHere(one.environment, layout(one.environment, one.folder).manifest)
    if (file !== null && (await system.files.look(file, 'follow')) !== null) found.push(one)
  }
  return found
}

/** The side that `--home` names. Of several that a kind means, the own one comes first, then the one that home.json names. */
function namedSide(world: World, word: string, homeJson: HomeJson | null): Environment {
  const meant = world.environments.filter((each) => meansEnvironment(word, each))
  const side = meant.find((each) => each.self) ?? meant.find((each) => each.id === homeJson?.environment) ?? meant[0]
  if (side) return side
  const known = world.environments.map(({ id }) => id).join(', ')
  throw usageError(`There is no environment "${word}" on this machine.`, { hint: `--home takes one of: ${known}` })
}

/** Two distributions cannot open each other's files, so that only Windows can be home of both. */
function wayTo({ environment }: HomeJson, self: Environment): string {
  if (self.kind === 'wsl')
    return `on Windows, which reaches both: mcp-twin init --home windows; or, to begin anew here: mcp-twin init --home ${self.id}`
  return environment.startsWith('wsl:') ? `in PowerShell: wsl -d ${environment.slice(4)}, then try again` : 'mcp-twin sync --refresh'
}

function sideOfHomeJson(world: World, homeJson: HomeJson): Environment {
  const side = world.environments.find(({ id }) => id === homeJson.environment)
  if (side) return side
  throw new TwinError('home-unreachable', `Home is ${homeJson.environment}, which was not found from here.`, {
    hint: wayTo(homeJson, selfOf(world)),
  })
}

/**
 * Which of the manifests found is home's. Two are an error, whatever home.json says: one of them would silently be
 * ignored. None: what home.json says, else the side where this command was typed.
 */
function homeSide(world: World, found: readonly SideFolder[], homeJson: HomeJson | null): Environment {
  const [first, second] = found
  if (first && second) {
    const places = found.map(({ environment, folder }) => `${joinPath(environment, folder, 'mcp-twin.json')} (${environment.id})`)
    throw usageError(`Two sides each have a manifest: ${places.join(' and ')}.`, {
      hint: `say which one is home: mcp-twin init --home ${first.environment.id}; or: mcp-twin init --home ${second.environment.id}`,
    })
  }
  return first?.environment ?? (homeJson ? sideOfHomeJson(world, homeJson) : selfOf(world))
}

/**
 * Where home is: the side that `--home` names, or the one that holds a manifest, or the one that this side's `home.json`
 * names, or else this side. Throws a usage error when two sides hold a manifest, and a TwinError when home is out of reach.
 */
export async function findHome(system: System, world: World, options: FindOptions = {}): Promise<HomePlace> {
  const self = selfOf(world)
  const isUsed = options.reportOnly !== true || (await ownFolderFaults(system, self)).length === 0
  const homeJson = isUsed ? await findHomeJson(system, world, self) : null
  const folders = world.environments.map((environment) => ({ environment, folder: folderOf(system, environment, homeJson) }))
  const found = await manifestsIn(system, folders)
  const environment =
    options.home !== undefined
      ? namedSide(world, options.home, homeJson)
      : (ownerOf(world, self, found, options.manifest) ?? homeSide(world, found, homeJson))
  const folder = folderOf(system, environment, homeJson)
  const here = toHere(environment, folder)
  if (here === null) {
    const { trouble } = environment
    throw new TwinError(
      'home-unreachable',
      `Home is ${environment.id}, whose files are not reached from here${trouble ? `: ${trouble.reason}` : ''}.`,
      {
        hint: trouble?.hint ?? `run the command on ${environment.id}`,
      },
    )
  }
  return {
    environment,
    folder,
    here,
    isSelf: environment.self,
    homeJson: homeJson?.environment === environment.id ? homeJson : null,
    others: found.filter((one) => one.environment.id !== environment.id),
  }
}

/** The side in whose own folder the manifest named by `--manifest` lies; undefined for one that lies elsewhere. */
function ownerOf(world: World, self: Environment, found: readonly SideFolder[], manifest: string | undefined): Environment | undefined {
  const read = manifest === undefined ? null : readPath(manifest, world, self)
  const here = read && toHere(read.environment, read.path)
  if (here === null) return undefined
  return found.find(({ environment, folder }) => toHere(environment, layout(environment, folder).manifest) === here)?.environment
}
