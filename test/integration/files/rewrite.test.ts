import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRun } from '../../../src/effects/store/backup.ts'
import { readRun } from '../../../src/effects/store/history.ts'
import { type Decide, rewriteFile } from '../../../src/effects/store/rewrite.ts'
import type { System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { addMember, become, bytesOf, folderOf, targetAt, textOf } from '../../support/folder-of.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksRoot } from '../../support/machine.ts'

const system = nodeSystem()
const old = (path: string, text: string, mode = 0o644): void => {
  writeFileSync(path, text)
  chmodSync(path, mode)
  utimesSync(path, new Date(0), new Date(1000))
}
const modeOf = (path: string): number => statSync(path).mode & 0o777
const text = (path: string): string => readFileSync(path, 'utf8')

describe('a file that is there', () => {
  it('gets its new content and keeps its mode', async () => {
    const at = folderOf()
    old(at('a.json'), '{}', 0o640)
    const outcome = await rewriteFile(system, targetAt(at('a.json')), become('{"a":1}'), null)
    expect(outcome).toMatchObject({ kind: 'written', created: false, notices: [] })
    expect(outcome.before).toMatch(/^44136fa355b3678a/)
    expect(text(at('a.json'))).toBe('{"a":1}')
    expect(modeOf(at('a.json'))).toBe(0o640)
    expect(readdirSync(at())).toEqual(['a.json'])
  })

  it('is made private, and says so but on a Windows drive, when it will hold a key', async () => {
    const at = folderOf()
    old(at('a.json'), '{}')
    const outcome = await rewriteFile(system, targetAt(at('a.json')), become('{"k":1}', { holdsKey: true }), null)
    expect(modeOf(at('a.json'))).toBe(0o600)
    expect(outcome.notices).toEqual([expect.stringMatching(/holds keys, so only you.*0644/)])
    old(at('b.json'), '{}')
    const onDrive = { ...targetAt(at('b.json')), shown: 'C:\\Users\\Ana\\b.json' }
    const { notices } = await rewriteFile(system, onDrive, become('{"k":1}', { holdsKey: true }), null)
    expect(notices).toEqual([])
  })

  it('is untouched, inode and time included, when there is nothing to do', async () => {
    const at = folderOf()
    old(at('a.json'), 'same')
    const before = statSync(at('a.json'), { bigint: true })
    const outcome = await rewriteFile(
      system,
      targetAt(at('a.json')),
      () => ({ kind: 'replace', bytes: bytesOf('same'), holdsKey: false }),
      null,
    )
    const after = statSync(at('a.json'), { bigint: true })
    expect(outcome).toMatchObject({ kind: 'unchanged' })
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs])
  })

  it('is untouched when the decision refuses, with its place', async () => {
    const at = folderOf()
    old(at('a.json'), 'x')
    const outcome = await rewriteFile(
      system,
      targetAt(at('a.json')),
      () => ({ kind: 'refuse', reason: 'bad', hint: 'fix', line: 3, column: 4 }),
      null,
    )
    expect(outcome).toEqual({ kind: 'refused', reason: 'bad', hint: 'fix', line: 3, column: 4, before: null, after: null, notices: [] })
    expect(text(at('a.json'))).toBe('x')
  })

  it('is untouched when the last check finds fault', async () => {
    const at = folderOf()
    old(at('a.json'), 'x')
    const outcome = await rewriteFile(system, targetAt(at('a.json')), become('y', { check: () => 'a neighbour would change' }), null)
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'a neighbour would change' })
    expect(readdirSync(at())).toEqual(['a.json'])
  })

  it('is removed when the decision says so', async () => {
    const at = folderOf()
    mkdirSync(at('made'))
    old(at('made', 'a.json'), 'x')
    const outcome = await rewriteFile(system, targetAt(at('made', 'a.json')), () => ({ kind: 'remove', folders: 1 }), null)
    expect(outcome).toMatchObject({ kind: 'written', after: null })
    expect(readdirSync(at())).toEqual([])
  })

  it('that stays empty is filled', async () => {
    const at = folderOf()
    old(at('a.json'), '')
    expect(await rewriteFile(system, targetAt(at('a.json')), addMember('a', 1), null)).toMatchObject({ kind: 'written', created: false })
    expect(text(at('a.json'))).toBe('{"a":1}')
  })
})

describe('a file that is not there', () => {
  it('is made for its owner only, its folders too', async () => {
    const at = folderOf()
    const outcome = await rewriteFile(system, targetAt(at('one', 'two', 'a.json')), become('{}'), null)
    expect(outcome).toMatchObject({ kind: 'written', created: true, before: null })
    expect([modeOf(at('one')), modeOf(at('one', 'two')), modeOf(at('one', 'two', 'a.json'))]).toEqual([0o700, 0o700, 0o600])
  })

  it('gets the mode asked for, unless it holds a key', async () => {
    const at = folderOf()
    await rewriteFile(system, targetAt(at('a.json'), { createMode: 0o644 }), become('{}'), null)
    await rewriteFile(system, targetAt(at('b.json'), { createMode: 0o644 }), become('{}', { holdsKey: true }), null)
    expect([modeOf(at('a.json')), modeOf(at('b.json'))]).toEqual([0o644, 0o600])
  })

  it('makes no folder when nothing is to be written', async () => {
    const at = folderOf()
    expect(await rewriteFile(system, targetAt(at('one', 'a.json')), () => ({ kind: 'nothing' }), null)).toMatchObject({ kind: 'unchanged' })
    expect(await rewriteFile(system, targetAt(at('one', 'a.json')), () => ({ kind: 'refuse', reason: 'no' }), null)).toMatchObject({
      kind: 'refused',
    })
    expect(readdirSync(at())).toEqual([])
  })

  it('is refused where the home folder itself is missing', async () => {
    const at = folderOf()
    const outcome = await rewriteFile(system, targetAt(at('home', 'a.json'), { base: at('home') }), become('{}'), null)
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('is not there') })
    expect(readdirSync(at())).toEqual([])
  })

  it('is refused where a part of its path is a file', async () => {
    const at = folderOf()
    old(at('one'), 'x')
    expect(await rewriteFile(system, targetAt(at('one', 'two', 'a.json')), become('{}'), null)).toMatchObject({ kind: 'refused' })
    expect(text(at('one'))).toBe('x')
  })
})

describe('a symbolic link', () => {
  it('stays, and what it leads to over two hops changes', async () => {
    const at = folderOf()
    mkdirSync(at('dots', 'deep'), { recursive: true })
    old(at('dots', 'deep', 'real.json'), '{}')
    symlinkSync('deep/real.json', at('dots', 'middle.json'))
    symlinkSync('dots/middle.json', at('a.json'))
    expect(await rewriteFile(system, targetAt(at('a.json')), become('{"a":1}'), null)).toMatchObject({ kind: 'written' })
    expect([readlinkSync(at('a.json')), readlinkSync(at('dots', 'middle.json'))]).toEqual(['dots/middle.json', 'deep/real.json'])
    expect(text(at('dots', 'deep', 'real.json'))).toBe('{"a":1}')
    expect(readdirSync(at('dots', 'deep'))).toEqual(['real.json'])
  })

  it.each([
    ['to nothing', (at: (name: string) => string) => symlinkSync('gone.json', at('a.json'))],
    ['in a circle', (at: (name: string) => string) => [symlinkSync('b.json', at('a.json')), symlinkSync('a.json', at('b.json'))]],
    ['to a folder', (at: (name: string) => string) => [mkdirSync(at('d')), symlinkSync('d', at('a.json'))]],
  ])('%s is refused and stays', async (_, make) => {
    const at = folderOf()
    make(at)
    const outcome = await rewriteFile(system, targetAt(at('a.json')), become('{}'), null)
    expect(outcome.kind).toBe('refused')
    expect(readlinkSync(at('a.json'))).toBeTruthy()
    expect(readdirSync(at()).filter((name) => name.includes('mcp-twin'))).toEqual([])
  })

  it('is refused where its program refuses it', async () => {
    const at = folderOf()
    old(at('real.json'), '{}')
    symlinkSync('real.json', at('.mcp.json'))
    const outcome = await rewriteFile(system, targetAt(at('.mcp.json'), { links: 'refuse' }), become('x'), null)
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('symbolic link') })
    expect(text(at('real.json'))).toBe('{}')
  })

  it('to a file of another user is refused', async () => {
    const at = folderOf()
    old(at('real.json'), '{}')
    symlinkSync('real.json', at('a.json'))
    const outcome = await rewriteFile({ ...system, uid: (system.uid ?? 0) + 1 }, targetAt(at('a.json')), become('x'), null)
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('another user') })
  })

  it('in the folder part of the path is followed too', async () => {
    const at = folderOf()
    mkdirSync(at('real'))
    symlinkSync('real', at('linked'))
    expect(await rewriteFile(system, targetAt(at('linked', 'a.json')), become('{}'), null)).toMatchObject({ kind: 'written' })
    expect(text(at('real', 'a.json'))).toBe('{}')
  })
})

describe('what is no ordinary, own, writable file', () => {
  const refusedWith = async (path: ReturnType<ReturnType<typeof folderOf>>, word: RegExp): Promise<void> => {
    const outcome = await rewriteFile(system, targetAt(path), become('x'), null)
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringMatching(word), hint: expect.any(String) })
    expect(readdirSync(dirname(path)).filter((name) => name.includes('mcp-twin'))).toEqual([])
  }

  it('is refused: a folder, a pipe, a device, a read-only file, a second name, a huge one', async () => {
    const at = folderOf()
    mkdirSync(at('folder'))
    await refusedWith(at('folder'), /is a folder/)
    execFileSync('mkfifo', [at('pipe')])
    await refusedWith(at('pipe'), /pipe, socket or device/)
    old(at('locked.json'), 'x', 0o444)
    await refusedWith(at('locked.json'), /read-only/)
    old(at('twice.json'), 'x')
    linkSync(at('twice.json'), at('other.json'))
    await refusedWith(at('twice.json'), /2 names \(hard links\)/)
    writeFileSync(at('huge.json'), '')
    truncateSync(at('huge.json'), 64 * 1024 * 1024 + 1)
    await refusedWith(at('huge.json'), /larger than 64 MiB/)
  })
})

/** Replaces the file behind our back at the first `times` decisions. */
const behindOurBack = (path: string, times: number, inner: Decide): { decide: Decide; asked: () => number } => {
  let asked = 0
  return {
    asked: () => asked,
    decide: (bytes) => {
      asked += 1
      if (asked <= times) writeFileSync(path, JSON.stringify({ ...JSON.parse(text(path)), [`w${asked}`]: asked }))
      return inner(bytes)
    },
  }
}

describe('another program that writes at the same time', () => {
  it('loses nothing: the decision is asked again on what it wrote', async () => {
    const at = folderOf()
    old(at('a.json'), '{"old":1}')
    const { decide, asked } = behindOurBack(at('a.json'), 3, addMember('ours', true))
    const run = openRun(system, at('backups'), { command: 'sync', at: Date.now() })
    const outcome = await rewriteFile(
      system,
      targetAt(at('a.json')),
      decide,
      run.forFile({ environment: 'linux', client: null, file: 'a.json', entries: [] }),
    )
    expect(outcome).toMatchObject({ kind: 'written' })
    expect(asked()).toBe(4)
    const { index, bytes } = await readRun(system, at('backups'), (await run.finish()) ?? '')
    const backups = await Promise.all(index.files.map(async (file) => textOf(await bytes(file))))
    expect(backups).toEqual(['{"old":1,"w1":1,"w2":2,"w3":3}'])
    expect(index.files).toMatchObject([{ written: true, after: outcome.after }])
    expect(JSON.parse(text(at('a.json')))).toEqual({ old: 1, w1: 1, w2: 2, w3: 3, ours: true })
  })

  it('that never stops is left alone, with the reason', async () => {
    const at = folderOf()
    old(at('a.json'), '{}')
    const { decide } = behindOurBack(at('a.json'), Number.POSITIVE_INFINITY, addMember('ours', true))
    const outcome = await rewriteFile(system, targetAt(at('a.json')), decide, null)
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('keeps being changed') })
    expect(JSON.parse(text(at('a.json')))).not.toHaveProperty('ours')
    expect(readdirSync(at())).toEqual(['a.json'])
  })

  it('right after ours is noticed, and our change is made again on top', async () => {
    const at = folderOf()
    old(at('a.json'), '{}')
    let renames = 0
    const files: System['files'] = {
      ...system.files,
      rename: async (from, to, expected) => {
        await system.files.rename(from, to, expected)
        if (to === at('a.json') && ++renames === 1) writeFileSync(at('a.json'), '{"theirs":1}')
      },
    }
    const outcome = await rewriteFile({ ...system, files }, targetAt(at('a.json')), addMember('ours', 1), null)
    expect(outcome.kind).toBe('written')
    expect(JSON.parse(text(at('a.json')))).toEqual({ theirs: 1, ours: 1 })
  })

  it('that truncates first is not taken for an empty file', async () => {
    const at = folderOf()
    writeFileSync(at('a.json'), '')
    setTimeout(() => writeFileSync(at('a.json'), '{"theirs":1}'), 50)
    await rewriteFile(system, targetAt(at('a.json')), addMember('ours', 1), null)
    expect(JSON.parse(text(at('a.json')))).toEqual({ theirs: 1, ours: 1 })
  })

  it('that removes the file first is waited for', async () => {
    const at = folderOf()
    old(at('a.json'), '{"theirs":1}')
    const files: System['files'] = {
      ...system.files,
      list: async (path) => {
        execFileSync('mv', [at('a.json'), at('b')])
        setTimeout(() => execFileSync('mv', [at('b'), at('a.json')]), 30)
        files.list = system.files.list
        return system.files.list(path)
      },
    }
    await rewriteFile({ ...system, files }, targetAt(at('a.json')), addMember('ours', 1), null)
    expect(JSON.parse(text(at('a.json')))).toEqual({ theirs: 1, ours: 1 })
  })

  it('by creating the file first wins, and our entry is added to it', async () => {
    const at = folderOf()
    let isFirst = true
    const outcome = await rewriteFile(
      system,
      targetAt(at('a.json')),
      (bytes) => {
        if (isFirst) writeFileSync(at('a.json'), '{"theirs":1}')
        isFirst = false
        return addMember('ours', 1)(bytes)
      },
      null,
    )
    expect(outcome).toMatchObject({ kind: 'written', created: false })
    expect(JSON.parse(text(at('a.json')))).toEqual({ theirs: 1, ours: 1 })
  })

  it('keeps its new content while a file is being removed', async () => {
    const at = folderOf()
    old(at('a.json'), '{}')
    let asked = 0
    const outcome = await rewriteFile(
      system,
      targetAt(at('a.json')),
      (bytes) => {
        if (++asked === 1) writeFileSync(at('a.json'), '{"theirs":1}')
        return Buffer.from(bytes ?? '').toString() === '{}' ? { kind: 'remove' } : { kind: 'nothing' }
      },
      null,
    )
    expect(outcome.kind).toBe('unchanged')
    expect(text(at('a.json'))).toBe('{"theirs":1}')
  })
})

describe('what a killed run left beside the file', () => {
  it('is cleared, and nothing else', async () => {
    const at = folderOf()
    old(at('a.json'), '{}')
    const dead = 4_000_000
    const ours = [
      `a.json.mcp-twin-${dead}-ab12.tmp`,
      `a.json.mcp-twin-${process.pid}-ab12.tmp`,
      `a.json.mcp-twin-lock.mcp-twin-${dead}-ab.tmp`,
    ]
    const others = [`a.json.mcp-twin-${process.ppid}-ab12.tmp`, 'a.json.tmp', `b.json.mcp-twin-${dead}-ab12.tmp`, 'a.json.mcp-twin-x.tmp']
    for (const name of [...ours, ...others]) writeFileSync(at(name), '')
    await rewriteFile(system, targetAt(at('a.json')), become('x'), null)
    expect(readdirSync(at()).sort()).toEqual(['a.json', ...others].sort())
  })
})

describeUnless(lacksRoot, 'a file of somebody else', () => {
  it('keeps its owner, group and mode when root writes it', async () => {
    const at = folderOf()
    old(at('a.json'), '{}', 0o640)
    chownSync(at('a.json'), 12345, 23456)
    expect(await rewriteFile(system, targetAt(at('a.json')), become('x'), null)).toMatchObject({ kind: 'written' })
    const { uid, gid, mode } = statSync(at('a.json'))
    expect([uid, gid, mode & 0o777]).toEqual([12345, 23456, 0o640])
  })

  it('or of a group we are not in is refused where neither can be kept', async () => {
    const at = folderOf()
    const setOwner = () => Promise.reject(Object.assign(new Error('x'), { code: 'EPERM' }))
    const ordinary: System = { ...system, files: { ...system.files, setOwner } }
    old(at('a.json'), '{}', 0o644)
    chownSync(at('a.json'), 12345, 0)
    expect(await rewriteFile(ordinary, targetAt(at('a.json')), become('x'), null)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('another user'),
    })
    chownSync(at('a.json'), 0, 23456)
    expect(await rewriteFile(ordinary, targetAt(at('a.json')), become('x'), null)).toMatchObject({ kind: 'written' })
    chownSync(at('a.json'), 0, 23456)
    chmodSync(at('a.json'), 0o640)
    expect(await rewriteFile(ordinary, targetAt(at('a.json')), become('y'), null)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('group'),
    })
    expect(readdirSync(at())).toEqual(['a.json'])
  })
})

describe('a file system without modes', () => {
  it('is written like any other, with nothing to say about modes', async () => {
    const at = folderOf()
    old(at('a.json'), '{}', 0o777)
    const look: System['files']['look'] = async (path, follow) => {
      const facts = await system.files.look(path, follow)
      return facts === null ? null : { ...facts, mode: 0o777, uid: 1000, gid: 1000 }
    }
    const refuse = () => Promise.reject(Object.assign(new Error('x'), { code: 'EPERM' }))
    const drive: System = { ...system, files: { ...system.files, look, setMode: refuse, setOwner: refuse } }
    expect(await rewriteFile(drive, targetAt(at('a.json')), become('x', { holdsKey: true }), null)).toMatchObject({
      kind: 'written',
      notices: [],
    })
  })
})

describe('a caller that gives up', () => {
  it('finds everything as it was', async () => {
    const at = folderOf()
    old(at('a.json'), 'x')
    const controller = new AbortController()
    const decide: Decide = (bytes) => {
      controller.abort(new Error('enough'))
      return become('y')(bytes)
    }
    await expect(rewriteFile(system, targetAt(at('a.json'), { signal: controller.signal }), decide, null)).rejects.toThrow('enough')
    expect(readdirSync(at())).toEqual(['a.json'])
    expect(text(at('a.json'))).toBe('x')
  })
})
