import { KiB, MiB, seconds } from './units.ts'

/** Bounds for reading a repository: bytes unless the name says otherwise, times in ms. */
export const gitLimits = {
  /** Time for the whole read, and bytes that it reads and unpacks. */
  gitMs: 20 * seconds,
  gitBytes: 512 * MiB,
  /** A `.git` file, HEAD, a branch, or a link between a worktree and its repository. */
  gitSmallFile: 4 * KiB,
  gitConfig: 256 * KiB,
  gitIndex: 32 * MiB,
  gitPackedRefs: 32 * MiB,
  gitIgnoreFile: 256 * KiB,
  /** Letters of names and of patterns in ignore files that are compared in all. */
  gitIgnoring: 200_000_000,
  /** An object, and a file of the working tree that is compared. */
  gitObject: 4 * MiB,
  /** Deltas on the way to an object, as many as git itself takes. */
  gitDeltas: 4095,
  /** Objects that later ones are likely to be made from. */
  gitCache: 16 * MiB,
  gitPacks: 256,
  /** Files of the index, and names in the last commit and the working tree together. */
  gitFiles: 200_000,
  gitNames: 500_000,
  /** Bytes of all names of the index, and of the last commit. */
  gitNameBytes: 64 * MiB,
  gitDepth: 256,
  /** Lines that are compared to find the changed ones. */
  gitLines: 20_000_000,
} as const
