import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { ReadOnlyError, readOnly } from '../../../src/system/read-only.ts'
import { runs } from '../../support/runs.ts'
import { bytesOf, folderOf, textOf } from '../../support/folder-of.ts'

const { files } = nodeSystem()

describe('looking', () => {
  it('answers nothing for what is not there, also below a file', async () => {
    const at = folderOf()
    writeFileSync(at('file'), 'x')
    for (const path of [at('gone'), at('file', 'below')]) {
      expect([
        await files.read(path),
        await files.look(path),
        await files.list(path),
        await files.realPath(path),
        await files.readLink(path),
      ]).toEqual([null, null, [], null, null])
    }
  })

  it('sees a link as a link, unless it is to follow it', async () => {
    const at = folderOf()
    writeFileSync(at('file'), 'abc')
    symlinkSync('file', at('link'))
    expect(await files.look(at('link'))).toMatchObject({ kind: 'link' })
    expect(await files.look(at('link'), 'follow')).toMatchObject({ kind: 'file', size: 3 })
    expect([await files.readLink(at('link')), await files.readLink(at('file'))]).toEqual(['file', null])
    expect(await files.realPath(at('link'))).toBe(await files.realPath(at('file')))
  })

  it('tells one file from another and one content from the next', async () => {
    const at = folderOf()
    writeFileSync(at('file'), 'abc')
    const first = await files.look(at('file'))
    expect((await files.look(at('file')))?.identity).toBe(first?.identity)
    await files.replace(at('file'), bytesOf('abc'), 0o644)
    const second = await files.look(at('file'))
    expect(second?.inode).not.toBe(first?.inode)
    expect(second).toMatchObject({ mode: 0o644, links: 1 })
  })

  it('is not held up by a pipe that nobody writes to', async () => {
    const at = folderOf()
    execFileSync('mkfifo', [at('pipe')])
    expect(await files.look(at('pipe'))).toMatchObject({ kind: 'other' })
    expect(await files.read(at('pipe'))).toHaveLength(0)
  })

  it('throws what is no absence', async () => {
    const at = folderOf()
    await expect(files.read(at())).rejects.toMatchObject({ code: 'EISDIR' })
    symlinkSync('loop', at('loop'))
    await expect(files.look(at('loop'), 'follow')).rejects.toMatchObject({ code: 'ELOOP' })
  })

  it('lists names in order', async () => {
    const at = folderOf()
    for (const name of ['b', 'a', 'C']) writeFileSync(at(name), '')
    expect(await files.list(at())).toEqual(['C', 'a', 'b'])
  })
})

describe('changing', () => {
  it('creates only what was not there', async () => {
    const at = folderOf()
    await files.create(at('a'), bytesOf('x'), 0o600)
    expect(statSync(at('a')).mode & 0o777).toBe(0o600)
    await expect(files.create(at('a'), bytesOf('y'), 0o600)).rejects.toMatchObject({ code: 'EEXIST' })
    expect(readFileSync(at('a'), 'utf8')).toBe('x')
  })

  it('replaces whole, with the mode asked for, and leaves nothing beside when it fails', async () => {
    const at = folderOf()
    await files.replace(at('a'), bytesOf('x'), 0o640)
    expect([readFileSync(at('a'), 'utf8'), statSync(at('a')).mode & 0o777]).toEqual(['x', 0o640])
    mkdirSync(at('folder', 'full'), { recursive: true })
    await expect(files.replace(at('folder'), bytesOf('x'), 0o600)).rejects.toMatchObject({ code: expect.stringMatching(/^E/) })
    expect(readdirSync(at())).toEqual(['a', 'folder'])
  })

  it('renames only onto what is expected', async () => {
    const at = folderOf()
    for (const name of ['from', 'to']) writeFileSync(at(name), name)
    const identity = (await files.look(at('to')))?.identity ?? ''
    await expect(files.rename(at('from'), at('to'), null)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(files.rename(at('from'), at('to'), `${identity}1`)).rejects.toMatchObject({ code: 'ESTALE' })
    await expect(files.rename(at('from'), at('gone'), identity)).rejects.toMatchObject({ code: 'ESTALE' })
    await files.rename(at('from'), at('to'), identity)
    await files.rename(at('to'), at('new'), null)
    expect([readdirSync(at()), readFileSync(at('new'), 'utf8')]).toEqual([['new'], 'from'])
  })

  it('claims a folder once, removes it only when empty, and whole trees when asked', async () => {
    const at = folderOf()
    expect([await files.claimDirectory(at('d'), 0o700), await files.claimDirectory(at('d'))]).toEqual([true, false])
    writeFileSync(at('d', 'x'), '')
    expect(await files.removeEmptyDirectory(at('d'))).toBe(false)
    await files.remove(at('d', 'x'))
    expect([await files.removeEmptyDirectory(at('d')), await files.removeEmptyDirectory(at('d'))]).toEqual([true, false])
    mkdirSync(at('tree', 'deep'), { recursive: true })
    await files.remove(at('tree'))
    await files.remove(at('tree'))
    await expect(files.claimDirectory(at('no', 'parent'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('makes folders that several ask for at the same moment, with those above them', async () => {
    const at = folderOf()
    for (let round = 0; round < runs(20); round++) {
      const names = ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']
      await Promise.all(names.map((name) => files.makeDirectory(at(`${round}`, 'deep', 'down', name), 0o700)))
      expect(readdirSync(at(`${round}`, 'deep', 'down'))).toEqual(['a', 'b', 'c', 'd'])
    }
  })

  it('sets modes and times, and flushes files and folders', async () => {
    const at = folderOf()
    writeFileSync(at('a'), 'x')
    chmodSync(at('a'), 0o600)
    await files.setMode(at('a'), 0o644)
    await files.touch(at('a'))
    await files.flush(at('a'))
    await files.flush(at())
    expect(statSync(at('a')).mode & 0o777).toBe(0o644)
    await expect(files.touch(at('gone'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a machine that may only be looked at', () => {
  it('refuses every change and every program that may make one', async () => {
    const at = folderOf()
    writeFileSync(at('a'), 'x')
    const eyes = readOnly(nodeSystem())
    const changes = [
      'create',
      'replace',
      'rename',
      'makeDirectory',
      'claimDirectory',
      'removeEmptyDirectory',
      'remove',
      'setMode',
      'setOwner',
      'touch',
      'flush',
    ] as const
    expect(
      Object.keys(eyes.files)
        .filter((name) => !['read', 'look', 'list', 'realPath', 'readLink'].includes(name))
        .sort(),
    ).toEqual([...changes].sort())
    await expect(eyes.files.create(at('b'), bytesOf(''), 0o600)).rejects.toThrow(ReadOnlyError)
    await expect(eyes.files.remove(at('a'))).rejects.toThrow(/remove/)
    await expect(eyes.run({ argv: ['touch', 'secret-argument'], timeoutMs: 1000 })).rejects.toThrow(/^read-only here: run touch$/)
    expect(textOf(await eyes.files.read(at('a')))).toBe('x')
    expect((await eyes.ask({ argv: [process.execPath, '-e', '0'], timeoutMs: 60_000 })).code).toBe(0)
    expect(readdirSync(at())).toEqual(['a'])
    expect(await eyes.files.look(reachable('/'))).not.toBeNull()
  })
})
