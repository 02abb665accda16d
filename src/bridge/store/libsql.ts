import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Database, guarded, type Row, type SqlValue, StatementCache } from './database.ts'

/** The platforms for which libsql publishes a binary. Of Linux the C library counts too. */
const packages: Readonly<Record<string, string>> = {
  'linux-x64-gnu': '@libsql/linux-x64-gnu',
  'linux-x64-musl': '@libsql/linux-x64-musl',
  'linux-arm64-gnu': '@libsql/linux-arm64-gnu',
  'linux-arm64-musl': '@libsql/linux-arm64-musl',
  'darwin-x64': '@libsql/darwin-x64',
  'darwin-arm64': '@libsql/darwin-arm64',
  'win32-x64': '@libsql/win32-x64-msvc',
}

/** The functions of the binary that are used. Each is called with the connection or the statement as `this`. */
interface Binding {
  databaseOpen(path: string, authToken: string, cipher: string, key: string, timeout: number, remoteKey: string): object
  databaseExecSync(this: object, sql: string): void
  databasePrepareSync(this: object, sql: string): object
  databaseClose(this: object): void
  statementRun(this: object, values: readonly SqlValue[]): { changes: number }
  statementRowsSync(this: object, values: readonly SqlValue[]): object
  rowsNext(this: object, page: (Row | undefined)[]): void
}

const pageRows = 100

/** The binary's package for this machine; null where none is published. */
export function libsqlPackage(platform: NodeJS.Platform, arch: string): string | null {
  return packages[platform === 'linux' ? `linux-${arch}-${usesMusl() ? 'musl' : 'gnu'}` : `${platform}-${arch}`] ?? null
}

/** The C library that this process runs with is among the files that it has mapped. */
function usesMusl(): boolean {
  try {
    return readFileSync('/proc/self/maps', 'latin1').includes('/ld-musl-')
  } catch {
    return false
  }
}

/**
 * SQLite as libsql's binary brings it, or null where its package is not installed. The wrapper `libsql` is left out: it takes
 * ten times as long to load, and its search for the platform goes wrong where npm installed the binaries of both C libraries.
 */
export function libsql(platform: NodeJS.Platform, arch: string): ((path: string) => Database) | null {
  const name = libsqlPackage(platform, arch)
  if (name === null) return null
  try {
    const binding: Binding = createRequire(import.meta.url)(name)
    return (path) => open(binding, path)
  } catch {
    return null
  }
}

function open(binding: Binding, path: string): Database {
  const database = guarded('rawCode', () => binding.databaseOpen(path, '', 'aes256cbc', '', 0, ''))
  const statements = new StatementCache((sql) => binding.databasePrepareSync.call(database, sql))
  const rows = (sql: string, values: readonly SqlValue[]): Row[] => {
    const found: Row[] = []
    const cursor = binding.statementRowsSync.call(statements.of(sql), values)
    for (let page = [] as Row[]; ; ) {
      const slots: (Row | undefined)[] = Array(pageRows).fill(undefined)
      binding.rowsNext.call(cursor, slots)
      page = slots.filter((row) => row !== undefined)
      found.push(...page)
      if (page.length < pageRows) return found
    }
  }
  return {
    exec: (sql) => guarded('rawCode', () => binding.databaseExecSync.call(database, sql)),
    run: (sql, ...values) => guarded('rawCode', () => binding.statementRun.call(statements.of(sql), values).changes),
    // All rows are read: a statement that is left in the middle would keep its snapshot, and with it the whole log.
    get: <R extends Row>(sql: string, ...values: readonly SqlValue[]) => guarded('rawCode', () => rows(sql, values)[0] as R | undefined),
    all: <R extends Row>(sql: string, ...values: readonly SqlValue[]) => guarded('rawCode', () => rows(sql, values) as R[]),
    close() {
      statements.clear()
      binding.databaseClose.call(database)
    },
  }
}
