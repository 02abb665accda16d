import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openRun } from '../../../src/effects/store/backup.ts'
import { listRuns, readRun } from '../../../src/effects/store/history.ts'
import { withRunLock } from '../../../src/effects/store/lock.ts'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { addMember, hasty, targetAt } from '../../support/rewriting.ts'
import { factor } from '../../support/runs.ts'
import { lacksStrace } from '../../support/strace.ts'
import { children, type Waiting } from './process.ts'
import { describeUnless } from '../../support/left-out.ts'

const lacking = lacksStrace()

const started = children()

/** Attaches to a waiting child. `threads`: all of them, or only the one that runs its JavaScript. */
function strace(child: Waiting, threads: 'all' | 'main', calls: string, action: string): Promise<void> {
  const { pid } = child.process
  const tracer = spawn('strace', [
    ...(threads === 'all' ? ['-f'] : []),
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:${action}`,
    '-p',
    String(pid),
  ])
  return new Promise((resolve, reject) => {
    let said = ''
    tracer.stderr.on('data', (chunk) => {
      said += String(chunk)
      if (/attached/.test(said)) resolve()
    })
    tracer.on('close', () => reject(new Error(`strace: ${said}`)))
  })
}

interface Home {
  readonly folder: string
  readonly file: string
  readonly ours: string
}

const before = '{"theirs":1}'

function freshHome(old: string | null): Home {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-twin-kill-'))
  const home = { folder, file: join(folder, '.claude.json'), ours: join(folder, '.mcp-twin') }
  if (old !== null) writeFileSync(home.file, old)
  return home
}

/** The next run, in this process: waiting for Claude Code's abandoned lock takes it no time. */
async function rerun({ file, ours }: Home): Promise<void> {
  const system = hasty(nodeSystem())
  await withRunLock(system, reachable(ours), 'linux', async () => {
    const run = openRun(system, reachable(join(ours, 'backups')), { command: 'sync', at: system.now() })
    const target = targetAt(reachable(file), { ownLock: 'proper-lockfile' })
    const outcome = await rewriteFile(
      system,
      target,
      addMember('ours0', 0),
      run.forFile({ environment: 'linux', client: null, file, entries: [] }),
    )
    expect(['written', 'unchanged']).toContain(outcome.kind)
    await run.finish()
    // A run without changes prunes nothing, so what is left in the backups waits for the next one that has some.
    await openRun(system, reachable(join(ours, 'backups')), { command: 'undo', at: system.now(), undoes: 'x' }).finish({ complete: true })
  })
}

const leftovers = (home: Home): string[] =>
  readdirSync(home.folder, { recursive: true, encoding: 'utf8' }).filter((name) => /mcp-twin-|\.lock$|locks\//.test(name))

/** Runs once with the `n`-th of `calls` tampered with. True: there was no n-th call, so the sweep is over. */
async function once(
  old: string | null,
  threads: 'all' | 'main',
  calls: string,
  n: number,
  action: (n: number) => string,
): Promise<boolean> {
  const home = freshHome(old)
  try {
    const child = await started(['write', home.folder, home.file, 'ours', '1'], { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' })
    await strace(child, threads, calls, action(n))
    const { code, output } = await child.go()
    const found = existsSync(home.file) ? readFileSync(home.file, 'utf8') : null
    const after = JSON.stringify({ ...JSON.parse(old ?? '{}'), ours0: 0 })
    expect([old, after]).toContain(found)
    for (const each of await listRuns(nodeSystem(), reachable(join(home.ours, 'backups')))) {
      expect(each.damaged).toBe(false)
      await readRun(nodeSystem(), reachable(join(home.ours, 'backups')), each.id)
    }
    await rerun(home)
    expect(readFileSync(home.file, 'utf8')).toBe(after)
    expect(leftovers(home)).toEqual([])
    return code === 0 && output.includes('done')
  } finally {
    rmSync(home.folder, { recursive: true, force: true })
  }
}

const calls = [
  'openat',
  'write,pwrite64',
  'fsync,fdatasync',
  'rename,renameat,renameat2',
  'unlink,unlinkat,rmdir',
  'mkdir,mkdirat',
  'chmod,fchmod,utimensat',
  'close',
]
const most = 400
/** A thorough run takes every call, others the first and every fourth after it, begun elsewhere each time. */
const step = factor > 1 ? 1 : 4

/** Tries one call after another until there are no more; answers the number at which there was none. */
async function sweep(limit: number, isOver: (n: number) => Promise<boolean>): Promise<number> {
  let n = 1
  while (n < limit && !(await isOver(n))) n += n === 1 ? 1 + Math.floor(Math.random() * step) : step
  return n
}

describeUnless(lacking, 'killed at any system call', () => {
  const kill = (n: number): string => `signal=KILL:when=${n}`

  it.concurrent.each(calls)('leaves the file old or new, and the next run finishes: %s', async (call) => {
    const n = await sweep(most, (at) => once(before, 'all', call, at, kill))
    expect(n).toBeGreaterThan(1)
    expect(n).toBeLessThan(most)
  })

  it.concurrent('leaves the file old or new at the rename itself', async () => {
    // It is done by the main thread, whose count runs behind that of the thread that does the rest.
    const n = await sweep(most, (at) => once(before, 'main', 'rename', at, kill))
    expect(n).toBeGreaterThan(1)
  })

  it.concurrent('leaves no half file where there was none', async () => {
    const n = await sweep(most, (at) => once(null, 'all', 'rename,mkdir,fsync', at, kill))
    expect(n).toBeGreaterThan(5)
  })
})

describeUnless(lacking, 'a disk that fails at any system call', () => {
  it.concurrent.each([
    ['write,pwrite64', 'ENOSPC'],
    ['fsync', 'EIO'],
    ['rename', 'EACCES'],
    ['openat', 'EDQUOT'],
  ])('leaves the file old or new, and the next run finishes: %s with %s', async (call, error) => {
    const n = await sweep(60, (at) => once(before, 'all', call, at, (each) => `error=${error}:when=${each}`))
    expect(n).toBeGreaterThan(1)
  })
})
