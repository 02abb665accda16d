import type { ClientDefinition } from '../../model/client.ts'
import type { JsonObject } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Extensions } from '../../model/extension.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { Secret } from '../../model/secret.ts'
import type { PlacedPath } from '../paths.ts'

/** What rendering must know besides the entry itself. The same for all entries of a run. */
export interface RenderContext {
  readonly manifest: Manifest
  readonly world: World
  readonly home: Environment
  readonly lock: Lock
  /** Our folder on an environment, as that side spells it; null where there is none. */
  folders(environment: string): NativePath | null
  /** A key of the store; null: it has none of that name. */
  key(name: string): Secret<string> | null
  /** A variable of the environment that this run was started in. */
  variable(name: string): string | undefined
  /** The absolute path of a command on another side, as its login shell finds it; null: not found. */
  commandPath?(environment: Environment, command: string): string | null
  /** Extensions of Claude Desktop; absent: nobody looked at them, since no server is one. */
  readonly extensions?: Extensions
  /** The manifest's path on home's side, where it is not home's own: an argument of `run` there. */
  readonly named?: NativePath
  /** The project's folder, where a project's manifest is used: relative paths are read from there. */
  readonly project?: PlacedPath
}

/** One server for one client on one environment. */
export interface RenderRequest extends RenderContext {
  readonly name: string
  /** The name as the client takes it, where the caller has made it already. */
  readonly entryName?: string
  readonly server: ServerSpec
  readonly client: ClientDefinition
  /** The side whose config holds it. */
  readonly environment: Environment
  readonly scope: 'user' | 'project'
}

/** It cannot be written now: why, and what fixes it. */
export interface Refused {
  readonly kind: 'refuse'
  readonly reason: string
  readonly hint: string
  /** Only a key is missing. */
  readonly needsKey?: true
}

/** The server has no place in this client, and why. */
export interface AbsentLaunch {
  readonly kind: 'none'
  readonly reason: string
}

/** A package that must be there for an entry to work; `words` as the manifest has them. */
export interface PackageNeed {
  readonly environment: string
  readonly words: string
}

export interface RenderedEntry {
  readonly kind: 'entry'
  /** The name as this client takes it. */
  readonly name: string
  readonly value: Secret<JsonObject>
  /** The keys of an entry that are ours to set: all others are the user's. */
  readonly owned: readonly string[]
  readonly holdsKey: boolean
  readonly packages: readonly PackageNeed[]
  /** Environments whose launcher the entry names. */
  readonly launcher: readonly string[]
  /** Environments where `run <name>` must be able to start this server. */
  readonly launches: readonly string[]
  readonly notices: readonly string[]
}

export type Rendered = RenderedEntry | AbsentLaunch | Refused

export const refuse = (reason: string, hint: string): Refused => ({ kind: 'refuse', reason, hint })
