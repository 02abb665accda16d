import type { Environment, EnvironmentKind } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'

/** Variables of a side, by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** What is known of a side when its node and npm are looked for. */
export type Folders = Pick<Environment, 'kind' | 'home' | 'appData' | 'localAppData'>

/**
 * What differs between kinds of environments when their programs are looked for. To add a kind: its name in the model,
 * one file here, one line in the index.
 */
export interface EnvironmentDefinition {
  readonly kind: EnvironmentKind
  /** Name of node's program file. */
  readonly nodeFile: string
  /** Folders where a node may be that is on no PATH, the likeliest first. */
  nodeFolders(variables: Variables): readonly NativePath[]
  /** Where `npm-cli.js` may be, given the real path of that side's node, the likeliest first. */
  npmPlaces(node: NativePath, folders: Folders): readonly NativePath[]
  /** npm's global prefix where no setting names one. */
  defaultPrefix(node: NativePath): NativePath
  /** What to type where there is no node. */
  readonly getNode: string
  /** What brings npm to a side that has node without it. */
  readonly getNpm: string
}

/** Identity helper, so that a definition file reads as one declaration and is checked as one. */
export const defineEnvironment = (definition: EnvironmentDefinition): EnvironmentDefinition => definition
