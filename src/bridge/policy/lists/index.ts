import { projectFiles } from '../../../catalog/project-files.ts'
import { autorunInFolders, autorunInGitDirectory, autorunInHome, autorunInRebase, autorunOfMachine, gitName } from './autorun.ts'
import type { Group } from './group.ts'
import { closedOfMachine } from './machine.ts'
import { privateInHome } from './private.ts'
import { programsInHome } from './programs.ts'
import { tracesInHome } from './traces.ts'

/**
 * What the policy treats in one way, as data: for the policy itself, and for whatever else has to keep something from these
 * paths, such as the sandbox. All but `machine` are relative, with `/`; a folder means everything in it, `*` for a part of
 * one name. Letters' case means nothing.
 */
export interface PathList {
  /** Below a user's home, by reason and by system. `pathsFor` gives the paths of one system. */
  readonly home: readonly Group[]
  /** In any folder, at any depth: projects and what lies in them. */
  readonly folders: readonly string[]
  /** In a git directory (`.git`, one below `.git/modules` or `.git/worktrees`, a bare repository): see `git.ts`. */
  readonly gitDirectory: readonly string[]
  /** In a git directory too, while a rebase goes on; a rebase itself has to write there. */
  readonly rebase: readonly string[]
  /** In any folder, the thing of that name itself and not all that is in it. */
  readonly itself: readonly string[]
  /** On a Linux or macOS machine as a whole, absolute. */
  readonly machine: readonly string[]
}

/** Neither read nor written; nothing opens it. */
export const closedList: PathList = {
  home: [...programsInHome, ...privateInHome, ...tracesInHome],
  folders: projectFiles,
  gitDirectory: [],
  rebase: [],
  itself: [],
  machine: closedOfMachine,
}

/** Read but not written, unless `bridge.allow` names it: what programs run by themselves later. */
export const autorunList: PathList = {
  home: autorunInHome,
  folders: autorunInFolders,
  gitDirectory: autorunInGitDirectory,
  rebase: autorunInRebase,
  itself: [gitName],
  machine: autorunOfMachine,
}
