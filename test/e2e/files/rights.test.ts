import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { addMember, targetAt } from '../../support/rewriting.ts'
import { children } from './process.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacks, lacksRoot } from '../../support/machine.ts'

const nobody = 65534
const started = children()
const made: string[] = []

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder of the ordinary user with one file, that user's as well. */
function place(): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-twin-rights-'))
  const file = join(folder, 'a.json')
  made.push(folder)
  writeFileSync(file, '{}', { mode: 0o644 })
  for (const path of [folder, file]) chownSync(path, nobody, nobody)
  return { folder, file }
}

const written = async (file: string): Promise<string> => (await (await started(['add', file, 'ours', '1'], {}, nobody)).go()).output

describeUnless(lacksRoot, 'an ordinary user', () => {
  it('writes an own file', async () => {
    const { folder, file } = place()
    expect(await written(file)).toContain('done')
    expect(readFileSync(file, 'utf8')).toBe('{"ours0":0}')
    expect([statSync(file).uid, statSync(file).mode & 0o777, readdirSync(folder)]).toEqual([nobody, 0o644, ['a.json']])
  })

  it.each<[string, string, (folder: string, file: string) => void]>([
    ['in a folder that is closed for writing', 'EACCES', (folder) => chmodSync(folder, 0o555)],
    ['that cannot be read', 'EACCES', (_, file) => chmodSync(file, 0o200)],
    ['that is read-only', 'is read-only', (_, file) => chmodSync(file, 0o444)],
    ['of somebody else, though writable', 'belongs to another user', (_, file) => [chmodSync(file, 0o666), chownSync(file, 0, 0)]],
    ['of a group that is not theirs, where the group counts', 'a group', (_, file) => [chmodSync(file, 0o640), chownSync(file, nobody, 0)]],
  ])('changes nothing in a file %s, with a refusal', async (_, word, forbid) => {
    const { folder, file } = place()
    forbid(folder, file)
    const before = statSync(file, { bigint: true })
    const output = await written(file)
    expect(output).toContain(word)
    expect(output).toContain('"kind":"refused"')
    const after = statSync(file, { bigint: true })
    expect([after.ino, after.mtimeNs, after.mode]).toEqual([before.ino, before.mtimeNs, before.mode])
    expect(readdirSync(folder)).toEqual(['a.json'])
  })
})

describeUnless(lacksRoot ?? lacks('chattr'), 'an immutable file', () => {
  it('is refused even to root, and stays', async ({ skip }) => {
    const { folder, file } = place()
    skip(spawnSync('chattr', ['+i', file], { stdio: 'ignore' }).status !== 0, 'this file system has no immutable files')
    try {
      const outcome = await rewriteFile(nodeSystem(), targetAt(reachable(file)), addMember('a', 1), null)
      expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('EPERM'), hint: expect.any(String) })
      expect(readFileSync(file, 'utf8')).toBe('{}')
      expect(readdirSync(folder)).toEqual(['a.json'])
    } finally {
      spawnSync('chattr', ['-i', file])
    }
  })
})
