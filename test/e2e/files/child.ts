import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { openRun } from '../../../src/effects/store/backup.ts'
import { withFileLock, withRunLock } from '../../../src/effects/store/lock.ts'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { addMember, targetAt } from '../../support/rewriting.ts'

/**
 * A process that writes as a sync does. It says `ready`, and does the work once it gets a line.
 * `write HOME FILE NAME ROUNDS`: adds members `NAME0`, `NAME1`, … one run each. `race FILE LOG`: takes the lock once
 * and notes in LOG when it came in and went out. `hold FILE`: takes the lock and keeps it.
 */
const [kind = '', ...rest] = process.argv.slice(2)
const system = nodeSystem()

async function write(home: string, file: string, name: string, rounds: string): Promise<void> {
  for (let round = 0; round < Number(rounds); round++) {
    const outcome = await withRunLock(system, reachable(join(home, '.mcp-twin')), 'linux', async () => {
      const run = openRun(system, reachable(join(home, '.mcp-twin', 'backups')), { command: 'sync', at: system.now() })
      const note = { environment: 'linux', client: 'claude-code', file, entries: [name] }
      const target = targetAt(reachable(file), { ownLock: 'proper-lockfile' })
      const result = await rewriteFile(system, target, addMember(`${name}${round}`, round), run.forFile(note))
      await run.finish()
      return result
    })
    if (outcome.kind !== 'written') throw new Error(JSON.stringify(outcome))
  }
}

/** Two processes on one file without the lock of the run, so that only the lock of the file stands between them. */
async function add(file: string, name: string, rounds: string): Promise<void> {
  for (let round = 0; round < Number(rounds); round++) {
    const outcome = await rewriteFile(system, targetAt(reachable(file)), addMember(`${name}${round}`, round), null)
    if (outcome.kind !== 'written') throw new Error(JSON.stringify(outcome))
  }
}

async function race(file: string, log: string): Promise<void> {
  const { appendFileSync } = await import('node:fs')
  await withFileLock(system, reachable(file), 'linux', {}, async () => {
    appendFileSync(log, `in ${process.pid}\n`)
    await system.sleep(5)
    appendFileSync(log, `out ${process.pid}\n`)
  })
}

async function hold(file: string): Promise<void> {
  const target = targetAt(reachable(file), { ownLock: 'proper-lockfile' })
  await rewriteFile(system, target, () => new Promise(() => console.log('held')), null)
}

const work: Record<string, (...given: string[]) => Promise<void>> = { write, add, race, hold }

console.log('ready')
createInterface({ input: process.stdin }).once('line', async () => {
  await work[kind]?.(...rest)
  console.log('done')
  process.stdin.destroy()
})
// Something must keep a process alive that waits for what never comes.
if (kind === 'hold') setInterval(() => undefined, 1000)
