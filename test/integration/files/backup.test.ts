import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRun } from '../../../src/effects/store/backup.ts'
import { digestOf } from '../../../src/effects/store/digest.ts'
import { listRuns, readRun } from '../../../src/effects/store/history.ts'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import type { System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { become, bytesOf, folderOf, targetAt, textOf } from '../../support/folder-of.ts'

type At = ReturnType<typeof folderOf>

const system = nodeSystem()
const began = Date.UTC(2026, 10, 21, 8, 34, 12)
const note = {
  environment: 'windows',
  client: 'claude-desktop',
  file: 'C:\\Users\\Ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
  entries: ['tavily'],
}
const modeOf = (path: string): number => statSync(path).mode & 0o777

/** One run that stored `bytes` and says that it wrote. */
async function stored(at: At, bytes: Uint8Array | null, when = began): Promise<string> {
  const run = openRun(system, at('backups'), { command: 'sync', at: when })
  const backup = run.forFile(note)
  await backup.save({ bytes, mode: 0o644, after: digestOf(bytesOf('after')), folders: 0 })
  await backup.wrote()
  return (await run.finish()) ?? ''
}

/** What lies in a folder of backups beside the first copies. */
const runsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name !== 'originals')

describe('a run', () => {
  it('makes nothing when it changes no file', async () => {
    const at = folderOf()
    const run = openRun(system, at('backups'), { command: 'sync', at: began })
    run.forFile(note)
    expect(await run.finish()).toBeNull()
    expect(existsSync(at('backups'))).toBe(false)
  })

  it('keeps the raw bytes and says in its index what they are, for its owner only', async () => {
    const at = folderOf()
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0, 255, 13, 10)
    const id = await stored(at, bytes)
    expect(id).toMatch(/^20261121-083412-[0-9a-f]{4}$/)
    expect(readdirSync(at('backups', id)).sort()).toEqual(['001-claude_desktop_config.json', 'index.json'])
    expect([at('backups'), at('backups', id)].map(modeOf)).toEqual([0o700, 0o700])
    expect(readdirSync(at('backups', id)).map((name) => modeOf(at('backups', id, name)))).toEqual([0o600, 0o600])
    const { index, bytes: read } = await readRun(system, at('backups'), id)
    expect(index).toMatchObject({
      id,
      command: 'sync',
      at: '2026-11-21T08:34:12.000Z',
      files: [{ ...note, size: 7, mode: 0o644, before: digestOf(bytes), written: true }],
    })
    const [file] = index.files
    expect(file && Buffer.compare((await read(file)) ?? bytesOf(''), bytes)).toBe(0)
  })

  it('remembers a file that was not there', async () => {
    const at = folderOf()
    const id = await stored(at, null)
    const { index, bytes } = await readRun(system, at('backups'), id)
    expect(index.files).toMatchObject([{ stored: null, before: null }])
    expect(index.files[0] && (await bytes(index.files[0]))).toBeNull()
  })

  it('keeps only the last bytes of a file that changed before it could be written, and both of one written twice', async () => {
    const at = folderOf()
    const run = openRun(system, at('backups'), { command: 'sync', at: began })
    const backup = run.forFile(note)
    for (const text of ['one', 'two']) await backup.save({ bytes: bytesOf(text), mode: null, after: null, folders: 0 })
    await backup.wrote()
    await backup.save({ bytes: bytesOf('three'), mode: null, after: null, folders: 0 })
    await backup.wrote()
    const { index, bytes } = await readRun(system, at('backups'), (await run.finish()) ?? '')
    expect(await Promise.all(index.files.map(async (file) => textOf(await bytes(file))))).toEqual(['two', 'three'])
    expect(readdirSync(at('backups', index.id))).toHaveLength(3)
  })

  it('forgets a file that was not written after all, and itself when none was', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), 'x')
    const run = openRun(system, at('backups'), { command: 'sync', at: began })
    await rewriteFile(system, targetAt(at('a.json')), become('y', { check: () => 'no' }), run.forFile(note))
    const rename: System['files']['rename'] = (from, to, expected) =>
      to === at('a.json') ? Promise.reject(Object.assign(new Error('x'), { code: 'EIO' })) : system.files.rename(from, to, expected)
    const faulty: System = { ...system, files: { ...system.files, rename } }
    await rewriteFile(faulty, targetAt(at('a.json')), become('y'), run.forFile(note))
    expect(await run.finish()).toBeNull()
    expect(readdirSync(at('backups'))).toEqual([])
  })

  it('backs up several files at once without mixing them up', async () => {
    const at = folderOf()
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const name of names) writeFileSync(at(name), `old ${name}`)
    const run = openRun(system, at('backups'), { command: 'sync', at: began })
    await Promise.all(
      names.map((name) => rewriteFile(system, targetAt(at(name)), become(`new ${name}`), run.forFile({ ...note, file: `/h/${name}` }))),
    )
    const { index, bytes } = await readRun(system, at('backups'), (await run.finish()) ?? '')
    expect(index.files).toHaveLength(6)
    for (const file of index.files) {
      expect(textOf(await bytes(file))).toBe(`old ${file.file.slice(3)}`)
      expect(file.after).toBe(digestOf(bytesOf(`new ${file.file.slice(3)}`)))
    }
  })

  it('never holds a value in its index', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), '{"KEY":"tvly-MARKER"}')
    const run = openRun(system, at('backups'), { command: 'sync', at: began })
    await rewriteFile(system, targetAt(at('a.json')), become('{"KEY":"tvly-MARKER2"}', { holdsKey: true }), run.forFile(note))
    const id = (await run.finish()) ?? ''
    expect(readFileSync(at('backups', id, 'index.json'), 'utf8')).not.toContain('MARKER')
  })

  it('has an id that sorts behind all earlier ones, though the clock went back or stood still', async () => {
    const at = folderOf()
    const ids: string[] = []
    for (const when of [began, began, began - 86_400_000, Date.UTC(2026, 11, 31, 23, 59, 59), began])
      ids.push(await stored(at, bytesOf('x'), when))
    expect([...ids].sort()).toEqual(ids)
    expect(ids.at(-1)).toMatch(/^20270101-000000-/)
    expect((await listRuns(system, at('backups'))).map((run) => run.id)).toEqual([...ids].reverse())
  })
})

describe('a backup that is not as it was stored', () => {
  it.each([
    ['changed bytes', (run: string) => appendFileSync(join(run, '001-claude_desktop_config.json'), 'x')],
    ['missing bytes', (run: string) => rmSync(join(run, '001-claude_desktop_config.json'))],
    [
      'an edited index',
      (run: string) =>
        writeFileSync(join(run, 'index.json'), readFileSync(join(run, 'index.json'), 'utf8').replace('claude-desktop', 'cursor')),
    ],
    ['half an index', (run: string) => writeFileSync(join(run, 'index.json'), readFileSync(join(run, 'index.json'), 'utf8').slice(0, 90))],
    [
      'an index of another run',
      (run: string) =>
        writeFileSync(
          join(run, 'index.json'),
          readFileSync(join(run, 'index.json'), 'utf8').replace(/"id": "[^"]+"/, '"id": "20200101-000000-0000"'),
        ),
    ],
  ])('is refused: %s', async (_, damage) => {
    const at = folderOf()
    const id = await stored(at, bytesOf('old'))
    damage(at('backups', id))
    await expect(readRun(system, at('backups'), id)).rejects.toMatchObject({ code: 'backup-damaged', hint: expect.any(String) })
  })

  it('refuses a run that does not exist, also with a path for a name', async () => {
    const at = folderOf()
    for (const id of ['20200101-000000-0000', '../secrets', ''])
      await expect(readRun(system, at('backups'), id)).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('old backups', () => {
  it('go beyond thirty runs, the oldest first, and what is no run of ours stays', async () => {
    const at = folderOf()
    mkdirSync(at('backups', 'my own'), { recursive: true })
    const ids: string[] = []
    for (let run = 0; run < 33; run++) ids.push(await stored(at, bytesOf('x'), began + run * 1000))
    expect(runsIn(at('backups')).sort()).toEqual([...ids.slice(3), 'my own'])
  })

  it('go beyond 200 MB together, but the newest stays however large it is', async () => {
    const at = folderOf()
    const sizes: System = {
      ...system,
      files: {
        ...system.files,
        look: async (path) => {
          const facts = await system.files.look(path)
          return facts === null || !path.includes('001-') ? facts : { ...facts, size: 90_000_000 }
        },
      },
    }
    const run = async (machine: System, when: number) => {
      const opened = openRun(machine, at('backups'), { command: 'sync', at: when })
      await opened.forFile(note).save({ bytes: bytesOf('x'), mode: null, after: null, folders: 0 })
      return opened.finish()
    }
    const ids: (string | null)[] = []
    for (let each = 0; each < 4; each++) ids.push(await run(sizes, began + each * 1000))
    expect(runsIn(at('backups')).sort()).toEqual(ids.slice(2))
    const huge: System = {
      ...sizes,
      files: {
        ...sizes.files,
        look: async (path) => {
          const facts = await system.files.look(path)
          return facts && { ...facts, size: 300_000_000 }
        },
      },
    }
    const last = await run(huge, began + 9000)
    expect(runsIn(at('backups'))).toEqual([last])
  })

  it('include what a killed run left without an index, and its temporary files', async () => {
    const at = folderOf()
    mkdirSync(at('backups', '20200101-000000-0000'), { recursive: true })
    writeFileSync(at('backups', '20200101-000000-0000', '001-a'), 'x')
    const first = await stored(at, bytesOf('x'))
    writeFileSync(at('backups', first, 'index.json.mcp-twin-4000000-ab.tmp'), 'x')
    const second = await stored(at, bytesOf('x'))
    expect(runsIn(at('backups')).sort()).toEqual([first, second])
    expect(readdirSync(at('backups', first))).toHaveLength(2)
  })

  it('that cannot be removed do not fail the run', async () => {
    const at = folderOf()
    for (let run = 0; run < 30; run++) await stored(at, bytesOf('x'), began + run * 1000)
    const stuck: System = {
      ...system,
      files: { ...system.files, remove: () => Promise.reject(Object.assign(new Error('x'), { code: 'EBUSY' })) },
    }
    const run = openRun(stuck, at('backups'), { command: 'sync', at: began + 60_000 })
    await run.forFile(note).save({ bytes: bytesOf('x'), mode: null, after: null, folders: 0 })
    expect(await run.finish()).not.toBeNull()
    chmodSync(at('backups'), 0o700)
  })
})
