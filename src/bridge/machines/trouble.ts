import { failed, Refusal } from '../base/refusal.ts'

/** The server cannot be asked now: what was sent may have been kept, and is sent again under the same id. */
export class Unreachable extends Error {
  /** Nothing was sent. */
  readonly isSure: boolean

  constructor(why: string, isSure = false) {
    super(why)
    this.isSure = isSure
    this.name = 'Unreachable'
  }
}

/** The server has refused this person or password. */
export class SignInRefused extends Unreachable {}

/** The server cannot keep this batch, whatever else it keeps. */
export class BatchRefused extends Refusal {
  constructor(why: string) {
    super('failed', why)
  }
}

/** SQLSTATE classes in which the server has decided something; all others mean that nobody knows. */
export const asUnreachable = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (!(error instanceof Error) || error.name === 'Refusal') return error
  // PgBouncer gives it the code of a broken protocol.
  if (/^28/.test(code) || /authentication failed/.test(error.message)) return new SignInRefused(error.message)
  if (/full$/.test(error.message) && code === 'P0001')
    return new BatchRefused(
      `The store server keeps 2 GB for each person, which are full. Remove what nobody needs: mcp-twin memory delete KEY --history`,
    )
  if (/^(22|23|P0)/.test(code)) return new BatchRefused(`The store server refused it: ${error.message}.`)
  if (/^42/.test(code)) return failed(`The store server refused it: ${error.message}.`)
  return new Unreachable(error.message)
}
