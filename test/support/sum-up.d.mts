/** `file`: below the project's folder; null: outside every file. */
export interface Failure {
  file: string | null
  name: string
}

/** A requirement that this run was to prove and did not. `files`: those of the tests that did not pass. */
export interface Unproven {
  behaviour: string
  files: string[]
  missing: string[]
}

/** What a run came to. `ran`: the files of which at least one test passed. `leftOut`: each reason why tests were skipped, once. */
export interface Tally {
  passed: number
  skipped: number
  ran: string[]
  failures: Failure[]
  unproven: Unproven[]
  leftOut: string[]
}

export function filesToTryAgain(tallies: Tally[]): string[]
export function sumUp(
  tallies: Tally[],
  again: { files: string[]; tally: Tally } | null,
): { passed: number; failed: number; skipped: number; lines: string[] }
