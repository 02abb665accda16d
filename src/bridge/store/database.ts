/** A value of a column. Whole numbers stay below 2^53. */
export type SqlValue = string | number | null | Uint8Array
export type Row = Readonly<Record<string, SqlValue>>

/** One connection to an SQLite file, as both engines offer it. Every call is synchronous and throws SqlError. */
export interface Database {
  /** Runs statements without values. */
  exec(sql: string): void
  /** Runs one statement and returns how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number
  get<R extends Row>(sql: string, ...values: readonly SqlValue[]): R | undefined
  all<R extends Row>(sql: string, ...values: readonly SqlValue[]): R[]
  close(): void
}

/** Primary result codes of SQLite (sqlite.org/rescode.html) that are handled one by one. */
export const sqlCodes = { busy: 5, locked: 6, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const

/** A failure that SQLite reports. `code` is its primary result code. */
export class SqlError extends Error {
  readonly code: number
  readonly extended: number

  constructor(message: string, code: number) {
    super(message)
    this.name = 'SqlError'
    this.extended = code
    // An extended code holds the primary one in its lowest byte.
    this.code = code & 0xff
  }
}

/** SQLITE_IOERR_SHORT_READ: the file ends before a page that it must hold. */
const shortRead = 522

/** Whether the content of the file is damaged. A failing disk is another error. */
export const isDamage = (error: unknown): error is SqlError =>
  hasCode(error, 'corrupt', 'notADatabase') || (error instanceof SqlError && error.extended === shortRead)

/** Runs `work`; an error that carries SQLite's code in the field `code`, as an engine names it, becomes an SqlError. */
export function guarded<T>(code: 'errcode' | 'rawCode', work: () => T): T {
  try {
    return work()
  } catch (error) {
    const found = error instanceof Error ? Object.getOwnPropertyDescriptor(error, code)?.value : undefined
    if (error instanceof Error && typeof found === 'number') throw new SqlError(error.message, found)
    throw error
  }
}

export const hasCode = (error: unknown, ...codes: readonly (keyof typeof sqlCodes)[]): error is SqlError =>
  error instanceof SqlError && codes.some((code) => sqlCodes[code] === error.code)

/** Statements that were prepared once, kept by their text: preparing costs more than most of them take to run. */
export class StatementCache<S> {
  private readonly prepared = new Map<string, S>()
  private readonly prepare: (sql: string) => S

  constructor(prepare: (sql: string) => S) {
    this.prepare = prepare
  }

  of(sql: string): S {
    const known = this.prepared.get(sql)
    if (known !== undefined) return known
    const made = this.prepare(sql)
    this.prepared.set(sql, made)
    return made
  }

  clear(): void {
    this.prepared.clear()
  }
}
