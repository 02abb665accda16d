import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { EngineName } from '../../../src/bridge/store/engine.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksNodeSqlite } from '../../support/node-sqlite.ts'
import { inTurn, type StoreProcess, storeProcess } from './processes.ts'

const lacking = await lacksNodeSqlite()

const kinds: readonly { title: string; engines: readonly EngineName[] }[] = [
  { title: "libsql's SQLite", engines: ['libsql'] },
  { title: "node's SQLite", engines: ['node'] },
  { title: 'both engines on one store', engines: ['libsql', 'node'] },
]

/** What a test of the store works with: a folder of its own, and processes over it that go when the test ends. */
export interface Bench {
  readonly folder: string
  /** A process with the kind's engine; a further one has the other engine where there are two. */
  start(open?: boolean): Promise<StoreProcess>
  /** One process of each engine, asked in turn. */
  all(): Promise<StoreProcess>
}

/** Describes something of the store once with each engine, and with both at the same time. */
export function describeEngines(title: string, body: (bench: Bench) => void): void {
  for (const { title: kind, engines } of kinds)
    describeUnless(engines.includes('node') ? lacking : null, `${title}, ${kind}`, () => body(benchOf(engines)))
}

function benchOf(engines: readonly EngineName[]): Bench {
  let folder = ''
  let started: StoreProcess[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-twin-store-'))
    started = []
  })
  afterEach(async () => {
    await Promise.all(started.map((each) => each.kill('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  })
  const start = async (open?: boolean): Promise<StoreProcess> => {
    const each = await storeProcess(folder, engines[started.length % engines.length] ?? 'libsql', open)
    started.push(each)
    return each
  }
  return {
    get folder() {
      return folder
    },
    start,
    async all() {
      const processes: StoreProcess[] = []
      for (const _ of engines) processes.push(await start())
      return inTurn(processes)
    },
  }
}
