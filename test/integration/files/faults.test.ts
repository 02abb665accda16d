import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openRun } from '../../../src/effects/store/backup.ts'
import { listRuns, readRun } from '../../../src/effects/store/history.ts'
import { type Decide, type RewriteOutcome, rewriteFile } from '../../../src/effects/store/rewrite.ts'
import type { System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { failing } from './faulty.ts'
import { become, folderOf, hasty, targetAt } from '../../support/folder-of.ts'

type At = ReturnType<typeof folderOf>

/** A lock whose release failed is waited for like any other, so waiting must take no time. */
const system = hasty(nodeSystem())
/** A process that is dead when the next run comes: its id belongs to nobody. */
const doomed: System = { ...system, pid: 4_000_000 }
const note = { environment: 'linux', client: 'claude-code', file: '/home/ana/.claude.json', entries: ['tavily'] }
const codes = ['ENOSPC', 'EIO', 'EACCES', 'EBUSY', 'EDQUOT']
const ended = ['unchanged', 'written', 'refused', 'failed']

/** One whole rewrite with its backup, as a run does it. */
async function run(machine: System, at: At, file: string, decide: Decide): Promise<RewriteOutcome> {
  const opened = openRun(machine, at('backups'), { command: 'sync', at: 1_800_000_000_000 })
  const outcome = await rewriteFile(machine, targetAt(at(file), { ownLock: 'proper-lockfile' }), decide, opened.forFile(note))
  await opened.finish().catch(() => null)
  return outcome
}

/** The file of the situation at hand, for the program that is busy with it. */
let busyFile = ''

/** Puts the same bytes there anew at the first three decisions, so that only a hurried try gets through. */
const busy = (): Decide => {
  let asked = 0
  return (bytes) => {
    asked += 1
    if (asked <= 3) writeFileSync(busyFile, bytes ?? '')
    return become('{"new":1}')(bytes)
  }
}

const situations: readonly { name: string; old: string | null; file: string; decide: () => Decide; wanted: string | null }[] = [
  {
    name: 'a file that is changed',
    old: '{"old":1}',
    file: 'a.json',
    decide: () => become('{"new":1}', { holdsKey: true }),
    wanted: '{"new":1}',
  },
  { name: 'a file in a new folder', old: null, file: 'one/two/a.json', decide: () => become('{"new":1}'), wanted: '{"new":1}' },
  {
    name: 'a file that goes',
    old: '{"old":1}',
    file: 'a.json',
    decide: () => (bytes) => (bytes === null ? { kind: 'nothing' } : { kind: 'remove' }),
    wanted: null,
  },
  { name: 'a file that another program is busy with', old: '{"old":1}', file: 'a.json', decide: busy, wanted: '{"new":1}' },
]

const content = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)

/** All names below a folder that are of our temporary or lock kind. */
const leftovers = (at: At): string[] =>
  readdirSync(at(), { recursive: true, encoding: 'utf8' }).filter((name) => /mcp-twin|\.lock$/.test(name))

describe.each(situations)('$name', ({ old, file, decide, wanted }) => {
  it('is old or new, and whole, whichever call fails; the next run ends it', async () => {
    const failedCalls = new Set<string>()
    for (let n = 1; ; n++) {
      const code = codes[n % codes.length] ?? ''
      const at = folderOf()
      busyFile = at(file)
      if (old !== null) writeFileSync(at(file), old)
      const faulty = failing(doomed, n, code)
      const outcome = await run(faulty.system, at, file, decide())
      expect(ended).toContain(outcome.kind)
      expect([old, wanted]).toContain(content(at(file)))
      if (outcome.kind === 'written') expect(content(at(file))).toBe(wanted)
      if (outcome.kind === 'refused' || outcome.kind === 'failed') expect(outcome.reason).toContain(code)
      for (const each of await listRuns(system, at('backups'))) await readRun(system, at('backups'), each.id)

      const again = await run(system, at, file, decide())
      expect(['written', 'unchanged']).toContain(again.kind)
      expect(content(at(file))).toBe(wanted)
      expect(leftovers(at)).toEqual([])
      if (faulty.failed() === null) break
      failedCalls.add(faulty.failed()?.split(' ')[0] ?? '')
    }
    expect([...failedCalls]).toEqual(
      expect.arrayContaining(['read', 'look', 'create', 'replace', 'rename', 'flush', 'makeDirectory', 'claimDirectory']),
    )
  }, 600_000)
})

describe('a trouble on the way', () => {
  it.each([
    ['ENOSPC', 'failed', 'the disk is full'],
    ['EDQUOT', 'failed', 'quota'],
    ['Unknown system error -122', 'failed', 'quota is used up (EDQUOT)'],
    ['EIO', 'failed', 'input/output error'],
    ['EACCES', 'refused', 'may not read or write'],
    ['EROFS', 'refused', 'read-only'],
    ['EBUSY', 'refused', 'holds it open'],
  ])('of kind %s is %s, in words', async (code, kind, words) => {
    const at = folderOf()
    writeFileSync(at('a.json'), 'x')
    const faulty = failing(system, 1, code, (name) => name === 'create')
    expect(await rewriteFile(faulty.system, targetAt(at('a.json')), become('y'), null)).toMatchObject({
      kind,
      reason: expect.stringContaining(words),
    })
    expect(readdirSync(at())).toEqual(['a.json'])
  })

  it('from elsewhere than the file system is thrown on', async () => {
    const at = folderOf()
    mkdirSync(at('d'))
    writeFileSync(at('d', 'a.json'), 'x')
    const oops = (): never => {
      throw new TypeError('a mistake of ours')
    }
    await expect(rewriteFile(system, targetAt(at('d', 'a.json')), oops, null)).rejects.toThrow(TypeError)
    expect(readdirSync(at('d'))).toEqual(['a.json'])
  })
})
