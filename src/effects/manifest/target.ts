import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LocatedFile } from '../../model/located.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { State } from '../../model/state.ts'

/** One client file that takes part: where it is in both spellings, and what is known of it before it is read. */
export interface Target {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly scope: 'user' | 'project'
  readonly file: NativePath
  /** Null: its side's files are not reached from here, or it leads out of its project and must not be read. */
  readonly here: ReachablePath | null
  readonly refusal?: { readonly reason: string; readonly hint: string }
  /** Of a project's file: the real path of the project's root. */
  readonly within?: ReachablePath
  /** It takes no part any more, but entries of ours are left in it: they go. */
  readonly unused?: true
  /** Its client takes no part, and was asked for by name. */
  readonly off?: true
  /** How the file was chosen, where the program may read one of several. */
  readonly located?: LocatedFile
}

/** What targets depend on: the manifest, our records and the world. */
export interface TargetContext {
  readonly manifest: Pick<Manifest, 'clients'>
  readonly state: State
  readonly world: World
  readonly self: Environment
  readonly home: { readonly environment: Environment }
}

/** Decides what to do with a symbolic link in the file's place: refused in a project if the program accepts none. */
export const linksOf = ({ scope, client }: Pick<Target, 'scope' | 'client'>): 'follow' | 'refuse' =>
  scope === 'project' && client.project?.refusesLink === true ? 'refuse' : 'follow'
