import { createRequire } from 'node:module'
import { type Database, guarded, type Row, type SqlValue, StatementCache } from './database.ts'

/** The part of `node:sqlite` (Node 22.13 or newer) that we use; the types of Node 20 lack it. */
interface NodeStatement {
  run(...values: readonly SqlValue[]): { changes: number | bigint }
  get(...values: readonly SqlValue[]): Row | undefined
  all(...values: readonly SqlValue[]): Row[]
}
interface NodeDatabase {
  exec(sql: string): void
  prepare(sql: string): NodeStatement
  close(): void
}
type NodeSqlite = { DatabaseSync: new (path: string) => NodeDatabase }

/** `node:sqlite`, or null where this node has none. Its warning that it is experimental is not printed. */
export function nodeSqlite(): ((path: string) => Database) | null {
  const emit = process.emitWarning
  process.emitWarning = () => undefined
  try {
    const { DatabaseSync }: NodeSqlite = createRequire(import.meta.url)('node:sqlite')
    return (path) => open(DatabaseSync, path)
  } catch {
    return null
  } finally {
    process.emitWarning = emit
  }
}

function open(DatabaseSync: NodeSqlite['DatabaseSync'], path: string): Database {
  const database = guarded('errcode', () => new DatabaseSync(path))
  const statements = new StatementCache((sql) => database.prepare(sql))
  return {
    exec: (sql) => guarded('errcode', () => database.exec(sql)),
    run: (sql, ...values) => guarded('errcode', () => Number(statements.of(sql).run(...values).changes)),
    get: <R extends Row>(sql: string, ...values: readonly SqlValue[]) =>
      guarded('errcode', () => statements.of(sql).get(...values) as R | undefined),
    all: <R extends Row>(sql: string, ...values: readonly SqlValue[]) => guarded('errcode', () => statements.of(sql).all(...values) as R[]),
    close() {
      statements.clear()
      database.close()
    },
  }
}
