import { join } from 'node:path'
import { fetched, lacksPackage } from './fetched.ts'
import { nodePath } from './machine.ts'

const version = '22.23.3'

// `node:sqlite` is there without a flag from 22.13 on (nodejs.org/api/sqlite.html).
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const hasSqlite = major > 22 || (major === 22 && minor >= 13)

/** A node that has `node:sqlite`: the one that runs the tests, else one that is fetched. Rejects where none can be had. */
export const nodeWithSqlite = async (): Promise<string> =>
  hasSqlite ? nodePath : join(await fetched('node', `node-${process.platform}-${process.arch}@${version}`), 'bin', 'node')

/** Why there is none, or null. */
export const lacksNodeSqlite = (): Promise<string | null> => lacksPackage(`Node ${version}`, nodeWithSqlite)
