import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openRun } from '../../../src/effects/store/backup.ts'
import { listRuns } from '../../../src/effects/store/history.ts'
import { type Decide, rewriteFile } from '../../../src/effects/store/rewrite.ts'
import { newestUndoable, type Revert, undoRun } from '../../../src/effects/store/undo.ts'
import { type ReachablePath, reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { addMember, become, bytesOf, folderOf, hasty, targetAt } from '../../support/folder-of.ts'
import { runs } from '../../support/runs.ts'

type At = ReturnType<typeof folderOf>

const system = hasty(nodeSystem())
const began = Date.UTC(2026, 10, 21, 8, 0, 0)
const locate = (file: { file: string }) => targetAt(reachable(file.file))
const text = (path: string): string => readFileSync(path, 'utf8')

/** Files of a moment ago are waited for; these tests need not show that again. */
const settled = (path: string): void => {
  if (existsSync(path)) utimesSync(path, new Date(1000), new Date(1000))
}

/** Takes the members `names` of a JSON object back to what they were. */
const revert: Revert = (current, before, names) => {
  const now: Record<string, unknown> = JSON.parse(Buffer.from(current).toString())
  const then: Record<string, unknown> = before === null ? {} : JSON.parse(Buffer.from(before).toString())
  for (const name of names) {
    if (name in then) now[name] = then[name]
    else delete now[name]
  }
  return { kind: 'replace', bytes: bytesOf(JSON.stringify(now)), holdsKey: false }
}

async function run(at: At, changes: readonly { path: ReachablePath; decide: Decide; entries?: readonly string[] }[]): Promise<string> {
  const opened = openRun(system, at('backups'), { command: 'sync', at: began })
  for (const { path, decide, entries = [] } of changes) {
    settled(path)
    const outcome = await rewriteFile(
      system,
      targetAt(path),
      decide,
      opened.forFile({ environment: 'linux', client: 'claude-code', file: path, entries }),
    )
    expect(['written', 'unchanged']).toContain(outcome.kind)
    settled(path)
  }
  return (await opened.finish()) ?? ''
}

async function undo(at: At, id: string, force = false) {
  const opened = openRun(system, at('backups'), { command: 'undo', at: began, undoes: id })
  return undoRun(system, { folder: at('backups'), id, locate, revert, force, run: opened })
}

describe('undo', () => {
  it('brings a file back byte for byte, with its mode, where nobody wrote it since', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), Buffer.from('\ufeff{ "a" : 1.0 }\r\n'))
    chmodSync(at('a.json'), 0o644)
    const id = await run(at, [{ path: at('a.json'), decide: become('{}', { holdsKey: true }) }])
    expect(statSync(at('a.json')).mode & 0o777).toBe(0o600)
    const { files, run: undoId } = await undo(at, id)
    expect(files).toMatchObject([{ how: 'whole', outcome: { kind: 'written' } }])
    expect(text(at('a.json'))).toBe('\ufeff{ "a" : 1.0 }\r\n')
    expect(statSync(at('a.json')).mode & 0o777).toBe(0o644)
    expect(undoId).not.toBeNull()
  })

  it('takes away a file that we made, and the folders we made for it, as far as they are empty', async () => {
    const at = folderOf()
    mkdirSync(at('home'))
    const id = await run(at, [
      { path: at('home', '.cursor', 'deep', 'mcp.json'), decide: become('{}') },
      { path: at('home', '.other', 'deep', 'mcp.json'), decide: become('{}') },
    ])
    writeFileSync(at('home', '.other', 'theirs'), '')
    await undo(at, id)
    expect(readdirSync(at('home'), { recursive: true })).toEqual(['.other', '.other/theirs'])
  })

  it('takes back only our entries where the program has written the file since', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), '{"theirs":1,"tavily":"before"}')
    const id = await run(at, [{ path: at('a.json'), decide: (bytes) => addMember('tavily', 'ours')(bytes), entries: ['tavily', 'new'] }])
    writeFileSync(at('a.json'), '{"theirs":2,"tavily":"ours","new":1,"more":true}')
    settled(at('a.json'))
    expect((await undo(at, id)).files).toMatchObject([{ how: 'entries', outcome: { kind: 'written' } }])
    expect(JSON.parse(text(at('a.json')))).toEqual({ theirs: 2, tavily: 'before', more: true })
  })

  it('leaves a removed file alone, unless forced', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), 'before')
    const id = await run(at, [{ path: at('a.json'), decide: become('after') }])
    rmSync(at('a.json'))
    expect((await undo(at, id)).files).toMatchObject([
      { outcome: { kind: 'refused', reason: expect.stringContaining('removed since'), hint: expect.stringContaining('--force') } },
    ])
    expect(await newestUndoable(system, at('backups'), locate)).toMatchObject({ id })
    await undo(at, id, true)
    expect(text(at('a.json'))).toBe('before')
    expect(await newestUndoable(system, at('backups'), locate)).toBeNull()
  })

  it('brings back a file that the run took away', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), 'x')
    const id = await run(at, [{ path: at('a.json'), decide: () => ({ kind: 'remove' }) }])
    await undo(at, id)
    expect(text(at('a.json'))).toBe('x')
  })

  it('changes nothing at all when one backup is damaged', async () => {
    const at = folderOf()
    for (const name of ['a', 'b']) writeFileSync(at(name), 'before')
    const id = await run(at, [
      { path: at('a'), decide: become('after') },
      { path: at('b'), decide: become('after') },
    ])
    writeFileSync(at('backups', id, '001-a'), 'befora')
    await expect(undo(at, id)).rejects.toMatchObject({ code: 'backup-damaged' })
    expect([text(at('a')), text(at('b'))]).toEqual(['after', 'after'])
  })

  it('continues with the other files when one is not reached from here', async () => {
    const at = folderOf()
    for (const name of ['a', 'b']) writeFileSync(at(name), 'before')
    const id = await run(at, [
      { path: at('a'), decide: become('after') },
      { path: at('b'), decide: become('after') },
    ])
    const opened = openRun(system, at('backups'), { command: 'undo', at: began, undoes: id })
    const half = (file: { file: string }) => (file.file === at('b') ? { reason: 'windows is not reached' } : locate(file))
    const { files } = await undoRun(system, { folder: at('backups'), id, locate: half, revert, force: false, run: opened })
    expect(files.map((each) => each.outcome.kind)).toEqual(['refused', 'written'])
    expect(await newestUndoable(system, at('backups'), locate)).toMatchObject({ id })
  })

  it('takes a file through both changes that one run made to it', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), '{"a":1}')
    const id = await run(at, [
      { path: at('a.json'), decide: addMember('b', 1) },
      { path: at('a.json'), decide: addMember('c', 1) },
    ])
    await undo(at, id)
    expect(text(at('a.json'))).toBe('{"a":1}')
  })
})

describe('which run is undone next', () => {
  it('steps back run by run, and an undo can itself be undone by its name', async () => {
    const at = folderOf()
    writeFileSync(at('a'), '0')
    const one = await run(at, [{ path: at('a'), decide: become('1') }])
    const two = await run(at, [{ path: at('a'), decide: become('2') }])
    const next = async () => (await newestUndoable(system, at('backups'), locate))?.id ?? null
    expect(await next()).toBe(two)
    const undone = (await undo(at, two)).run ?? ''
    expect([text(at('a')), await next()]).toEqual(['1', one])
    await undo(at, undone)
    expect([text(at('a')), await next()]).toEqual(['2', two])
    settled(at('a'))
    await undo(at, two)
    await undo(at, one)
    expect([text(at('a')), await next()]).toEqual(['0', null])
  })

  it('is a run killed after it wrote, not one killed before', async () => {
    const at = folderOf()
    writeFileSync(at('a'), 'old')
    const digest = { old: '', new: '' }
    const complete = await run(at, [{ path: at('a'), decide: become('new') }])
    const [file] = (await listRuns(system, at('backups')))[0]?.files ?? []
    digest.old = file?.before ?? ''
    digest.new = file?.after ?? ''
    const killed = openRun(system, at('backups'), { command: 'sync', at: began })
    await killed
      .forFile({ environment: 'linux', client: null, file: at('a'), entries: [] })
      .save({ bytes: bytesOf('new'), mode: null, after: digest.old, folders: 0 })
    expect(await newestUndoable(system, at('backups'), locate)).toMatchObject({ id: complete })
    writeFileSync(at('a'), 'old')
    expect(await newestUndoable(system, at('backups'), locate)).not.toMatchObject({ id: complete })
  })

  it('is reported to be damaged rather than stepped over', async () => {
    const at = folderOf()
    writeFileSync(at('a'), '0')
    await run(at, [{ path: at('a'), decide: become('1') }])
    const two = await run(at, [{ path: at('a'), decide: become('2') }])
    writeFileSync(at('backups', two, 'index.json'), '{')
    await expect(newestUndoable(system, at('backups'), locate)).rejects.toMatchObject({ code: 'backup-damaged' })
  })
})

describe('any sequence of changes and undos', () => {
  it('ends at the bytes it began with once everything is undone', async () => {
    const change = fc.record({
      file: fc.constantFrom('a.json', 'sub/b.json', 'c.json'),
      text: fc.string({ maxLength: 12 }),
      isUndo: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 8 }),
        fc.option(fc.string({ maxLength: 8 }), { nil: null }),
        async (changes, first) => {
          const at = folderOf()
          if (first !== null) writeFileSync(at('a.json'), first)
          settled(at('a.json'))
          const next = async () => {
            const found = await newestUndoable(system, at('backups'), locate)
            if (found !== null) expect((await undo(at, found.id)).files.every((each) => each.how !== 'entries')).toBe(true)
            for (const name of ['a.json', 'sub/b.json', 'c.json']) settled(at(name))
            return found
          }
          for (const { file, text: wanted, isUndo } of changes) {
            if (isUndo) await next()
            else await run(at, [{ path: at(file), decide: become(wanted) }])
          }
          while ((await next()) !== null);
          rmSync(at('backups'), { recursive: true, force: true })
          expect(readdirSync(at(), { recursive: true })).toEqual(first === null ? [] : ['a.json'])
          if (first !== null) expect(text(at('a.json'))).toBe(first)
        },
      ),
      { numRuns: runs(8) },
    )
  }, 120_000)
})
