import type { Signers } from '../actions/triggers/signed.ts'

/** What the runner of a bridge needs besides the store: parts of the machine, handed in by what starts it. */
export interface RunnerParts {
  /** Opens a link on the side where the client runs. False: no program opened it. */
  openLink(client: string, link: string): Promise<boolean>
  /** Sessions whose keys sign triggers. Absent: triggers are not taken up. */
  signers?(): Promise<Signers>
  /** The port of the HTTP listener; null: there is none. */
  port?(): number | null
}
