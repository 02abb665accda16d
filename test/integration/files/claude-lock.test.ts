import { mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { withClaudeLock } from '../../../src/effects/store/claude-lock.ts'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { become, folderOf, hasty, impatient, targetAt } from '../../support/folder-of.ts'

const system = nodeSystem()
const locked = { ownLock: 'proper-lockfile' as const }
const age = (path: string, ageMs: number): void => utimesSync(path, new Date(), new Date(Date.now() - ageMs))

describe('the lock of Claude Code', () => {
  it('is an empty folder beside the file while we write, and gone afterwards', async () => {
    const at = folderOf()
    writeFileSync(at('.claude.json'), '{}')
    let seen: string[] = []
    await rewriteFile(
      system,
      targetAt(at('.claude.json'), locked),
      (bytes) => {
        seen = readdirSync(at('.claude.json.lock'))
        return become('x')(bytes)
      },
      null,
    )
    expect(seen).toEqual([])
    expect(readdirSync(at())).toEqual(['.claude.json'])
  })

  it('is taken by both names of a linked file', async () => {
    const at = folderOf()
    mkdirSync(at('dots'))
    writeFileSync(at('dots', 'claude.json'), '{}')
    symlinkSync('dots/claude.json', at('.claude.json'))
    let seen: string[] = []
    await rewriteFile(
      system,
      targetAt(at('.claude.json'), locked),
      (bytes) => {
        seen = [...readdirSync(at()), ...readdirSync(at('dots'))]
        return become('x')(bytes)
      },
      null,
    )
    expect(seen).toEqual(expect.arrayContaining(['.claude.json.lock', 'claude.json.lock']))
    expect([...readdirSync(at()), ...readdirSync(at('dots'))]).toEqual(['.claude.json', 'dots', 'claude.json'])
  })

  it('is taken once where two names lead to one lock: a home behind a link, a drive that ignores case', async () => {
    const at = folderOf()
    mkdirSync(at('real'))
    symlinkSync('real', at('home'))
    writeFileSync(at('real', '.claude.json'), '{}')
    const impatient = { ...system, sleep: () => Promise.resolve() }
    const outcome = await rewriteFile(impatient, targetAt(at('home', '.claude.json'), locked), become('x'), null)
    expect(outcome.kind).toBe('written')
    expect(readdirSync(at('real'))).toEqual(['.claude.json'])
  })

  it('is waited for', async () => {
    const at = folderOf()
    mkdirSync(at('a.lock'))
    setTimeout(() => void system.files.remove(at('a.lock')), 80)
    expect(await withClaudeLock(system, [at('a')], {}, () => Promise.resolve('done'))).toBe('done')
  })

  it('is refused in words after fifteen seconds, and left alone', async () => {
    const at = folderOf()
    mkdirSync(at('a.lock'))
    age(at('a.lock'), -60_000)
    writeFileSync(at('a'), '{}')
    const outcome = await rewriteFile(hasty(system), targetAt(at('a'), locked), become('x'), null)
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('Claude Code'),
      hint: expect.stringContaining('close Claude Code'),
    })
    expect(readdirSync(at())).toEqual(['a', 'a.lock'])
  })

  it('is taken over when it was abandoned', async () => {
    const at = folderOf()
    mkdirSync(at('a.lock'))
    age(at('a.lock'), 11_000)
    const abandoned = statSync(at('a.lock')).mtimeMs
    await withClaudeLock(impatient(system), [at('a')], {}, async () => {
      expect(statSync(at('a.lock')).mtimeMs).toBeGreaterThan(abandoned)
    })
    expect(readdirSync(at())).toEqual([])
  })

  it('that holds anything, or is a file, is no lock of its kind and never removed', async () => {
    const at = folderOf()
    mkdirSync(at('a.lock'))
    writeFileSync(at('a.lock', 'precious'), 'x')
    writeFileSync(at('b.lock'), 'x')
    for (const name of ['a.lock', 'b.lock']) age(at(name), 3_600_000)
    for (const name of ['a', 'b'])
      await expect(withClaudeLock(hasty(system), [at(name)], {}, () => Promise.resolve())).rejects.toThrow('Claude Code')
    expect(readdirSync(at('a.lock'))).toEqual(['precious'])
  })

  it('is kept fresh while the work lasts', async () => {
    const at = folderOf()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await withClaudeLock(system, [at('a')], {}, async () => {
      age(at('a.lock'), 8000)
      const aged = statSync(at('a.lock')).mtimeMs
      vi.advanceTimersByTime(2500)
      await vi.waitUntil(() => statSync(at('a.lock')).mtimeMs > aged, 60_000)
    })
    vi.useRealTimers()
  })

  it('that somebody else took meanwhile stays theirs', async () => {
    const at = folderOf()
    await withClaudeLock(system, [at('a')], {}, async () => {
      await system.files.rename(at('a.lock'), at('moved'))
      mkdirSync(at('a.lock'))
    })
    expect(readdirSync(at())).toContain('a.lock')
  })
})
