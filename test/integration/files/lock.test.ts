import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type LockHolder, holderName, readHolder, selfAsHolder } from '../../../src/effects/store/holder.ts'
import { LockedError, whoRuns, withFileLock, withRunLock } from '../../../src/effects/store/lock.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { folderOf, hasty, impatient } from '../../support/folder-of.ts'
import { itUnless } from '../../support/left-out.ts'
import { lacksLinux } from '../../support/machine.ts'

const system = nodeSystem()
const brief = { waitMs: 120 }

/** A lock as another process of `holder` would have left it. */
async function planted(lock: string, change: Partial<LockHolder> = {}, ageMs = 0): Promise<LockHolder> {
  const holder = { ...(await selfAsHolder(system, 'linux')), pid: process.ppid, start: '', ...change }
  mkdirSync(lock)
  writeFileSync(join(lock, holderName(holder)), '')
  age(lock, ageMs)
  return holder
}

const age = (path: string, ageMs: number): void => utimesSync(path, new Date(), new Date(Date.now() - ageMs))
const anHour = 3_600_000

describe('a run', () => {
  it('is told by its process and since when, while it lasts', async () => {
    const home = folderOf()('home')
    expect(await whoRuns(system, home, 'linux')).toBe(null)
    await withRunLock(system, home, 'wsl:Ubuntu', async () => {
      expect(await whoRuns(system, home, 'linux')).toEqual({
        pid: process.pid,
        side: 'wsl:Ubuntu',
        since: expect.stringMatching(/^\d{4}-.*Z$/),
      })
    })
    expect(await whoRuns(system, home, 'linux')).toBe(null)
  })
})

describe('a lock in use', () => {
  it('names its holder, and is gone afterwards', async () => {
    const at = folderOf()
    await withFileLock(system, at('a.json'), 'wsl:Ubuntu-24.04', {}, async (held) => {
      const names = readdirSync(at('a.json.mcp-twin-lock'))
      expect(names.map(readHolder)).toEqual([
        expect.objectContaining({ side: 'wsl:Ubuntu-24.04', pid: process.pid, start: expect.stringMatching(/^\d+$/) }),
      ])
      expect(JSON.parse(readFileSync(at('a.json.mcp-twin-lock', names[0] ?? ''), 'utf8'))).toMatchObject({
        side: 'wsl:Ubuntu-24.04',
        pid: process.pid,
      })
      expect(statSync(at('a.json.mcp-twin-lock')).mode & 0o777).toBe(0o700)
      expect(await held.stillOurs()).toBe(true)
    })
    expect(readdirSync(at())).toEqual([])
  })

  it('is given back when the work throws', async () => {
    const at = folderOf()
    await expect(withFileLock(system, at('a'), 'linux', {}, () => Promise.reject(new Error('oh')))).rejects.toThrow('oh')
    expect(readdirSync(at())).toEqual([])
  })

  it('makes others wait, one after the other', async () => {
    const at = folderOf()
    let inside = 0
    let most = 0
    const one = () =>
      withFileLock(system, at('a'), 'linux', {}, async () => {
        most = Math.max(most, ++inside)
        await system.sleep(3)
        inside -= 1
      })
    await Promise.all(Array.from({ length: 12 }, one))
    expect(most).toBe(1)
    expect(readdirSync(at())).toEqual([])
  })

  it('of a living process is respected, and the refusal says whose it is', async () => {
    const at = folderOf()
    const holder = await planted(at('a.mcp-twin-lock'))
    const attempt = withFileLock(system, at('a'), 'linux', brief, () => Promise.resolve())
    await expect(attempt).rejects.toThrow(LockedError)
    await expect(attempt).rejects.toThrow(new RegExp(`process ${holder.pid} on linux`))
    expect(readdirSync(at('a.mcp-twin-lock'))).toEqual([holderName(holder)])
  })

  it('of another side is respected though no such process lives here', async () => {
    const at = folderOf()
    await planted(at('a.mcp-twin-lock'), { side: 'windows', pid: 4_000_000 })
    await expect(withFileLock(system, at('a'), 'linux', brief, () => Promise.resolve())).rejects.toThrow('process 4000000 on windows')
  })

  it('of another machine or container with the same name of side is respected too', async () => {
    const at = folderOf()
    await planted(at('a.mcp-twin-lock'), { machine: 'linux-elsewhere-1', pid: 4_000_000 })
    await expect(withFileLock(system, at('a'), 'linux', brief, () => Promise.resolve())).rejects.toThrow(LockedError)
  })

  it('with something unknown in it is respected while it is young', async () => {
    const at = folderOf()
    mkdirSync(at('a.mcp-twin-lock'))
    writeFileSync(at('a.mcp-twin-lock', 'holder~linux~x'), 'garbage')
    await expect(withFileLock(system, at('a'), 'linux', brief, () => Promise.resolve())).rejects.toThrow('does not say by whom')
    expect(readdirSync(at('a.mcp-twin-lock'))).toEqual(['holder~linux~x'])
  })

  it('is refreshed while the work lasts', async () => {
    const at = folderOf()
    const lock = at('a.mcp-twin-lock')
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await withFileLock(system, at('a'), 'linux', {}, async () => {
      age(lock, 20_000)
      const aged = statSync(lock).mtimeMs
      vi.advanceTimersByTime(5000)
      await vi.waitUntil(() => statSync(lock).mtimeMs > aged, 60_000)
    })
    vi.useRealTimers()
  })

  it('is not waited for by a caller that gives up', async () => {
    const at = folderOf()
    await planted(at('a.mcp-twin-lock'))
    await expect(withFileLock(system, at('a'), 'linux', { signal: AbortSignal.timeout(30) }, () => Promise.resolve())).rejects.toThrow(
      /timeout/i,
    )
  })
})

describe('an abandoned lock', () => {
  const taken = async (at: ReturnType<typeof folderOf>, on = impatient(system)): Promise<void> => {
    const work = async () => readdirSync(at('a.mcp-twin-lock')).length
    expect(await withFileLock(on, at('a'), 'linux', {}, work)).toBe(1)
    expect(readdirSync(at())).toEqual([])
  }

  it('of a dead process can be acquired at once', async () => {
    const at = folderOf()
    await planted(at('a.mcp-twin-lock'), { pid: 4_000_000 })
    await taken(at)
  })

  itUnless(lacksLinux, 'of a process whose id another one has now can be acquired at once', async () => {
    const at = folderOf()
    await planted(at('a.mcp-twin-lock'), { pid: process.ppid, start: '1' })
    await taken(at)
  })

  itUnless(lacksLinux, 'of a process that has ended but was not waited for can be acquired at once', async () => {
    const at = folderOf()
    // The shell starts a child and becomes sleep, which never asks how that child ended: a zombie.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (line) => resolve(Number(line))))
      await vi.waitUntil(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), 60_000)
      expect(system.isAlive(pid)).toBe(true)
      await planted(at('a.mcp-twin-lock'), { pid })
      await taken(at)
    } finally {
      parent.kill()
    }
  })

  it('of another side is taken over half a minute after its last sign of life', async () => {
    const at = folderOf()
    await planted(at('a.mcp-twin-lock'), { side: 'windows' }, 30_500)
    await taken(at)
  })

  it.each([
    ['an empty folder', (lock: string) => mkdirSync(lock)],
    ['a folder with garbage', (lock: string) => [mkdirSync(lock), writeFileSync(join(lock, 'holder~%'), 'x')]],
    ['a file', (lock: string) => writeFileSync(lock, 'x')],
  ])('that is %s is cleared when it is old', async (_, make) => {
    const at = folderOf()
    make(at('a.mcp-twin-lock'))
    age(at('a.mcp-twin-lock'), anHour)
    await taken(at, hasty(system))
  })

  it('dated in the future does not hold for ever: nobody refreshed it while we watched', async () => {
    const at = folderOf()
    await planted(at('a.mcp-twin-lock'), { side: 'windows' }, -anHour)
    expect(await withFileLock(hasty(system), at('a'), 'linux', { waitMs: 40_000 }, () => Promise.resolve('ours'))).toBe('ours')
  })

  it.each(['a dead holder', 'garbage'])('with %s is won by one of ten racers at a time', async (kind) => {
    for (let round = 0; round < 4; round++) {
      const at = folderOf()
      if (kind === 'garbage') mkdirSync(at('a.mcp-twin-lock'))
      else await planted(at('a.mcp-twin-lock'), { pid: 4_000_000 })
      age(at('a.mcp-twin-lock'), anHour)
      let inside = 0
      let most = 0
      let ran = 0
      const racer = () =>
        withFileLock(system, at('a'), 'linux', {}, async () => {
          most = Math.max(most, ++inside)
          await system.sleep(1)
          inside -= 1
          ran += 1
        })
      await Promise.all(Array.from({ length: 10 }, racer))
      expect([most, ran, readdirSync(at())]).toEqual([1, 10, []])
    }
  })
})

describe('the lock of a run', () => {
  it('is in the home folder, which it makes, and clears what killed runs left there', async () => {
    const at = folderOf()
    const home = at('home')
    await withRunLock(system, home, 'linux', async () => {
      expect(existsSync(join(home, 'locks', 'run'))).toBe(true)
      writeFileSync(join(home, 'secrets.json.mcp-twin-4000000-ab.tmp'), 'x')
    })
    await withRunLock(system, home, 'linux', async () => {
      expect(readdirSync(home)).toEqual(['locks'])
    })
    expect(readdirSync(join(home, 'locks'))).toEqual([])
    expect(statSync(home).mode & 0o777).toBe(0o700)
  })

  it('says who is at work', async () => {
    const at = folderOf()
    mkdirSync(at('locks'))
    const { pid } = await planted(at('locks', 'run'))
    await expect(withRunLock(system, at(), 'linux', () => Promise.resolve(), brief)).rejects.toThrow(
      expect.objectContaining({
        code: 'locked',
        message: `another mcp-twin is running on this home: process ${pid} on linux`,
        hint: expect.any(String),
      }),
    )
  })
})

describe('the name of a holder', () => {
  it('survives signs that file systems forbid', () => {
    const holder = { side: 'wsl:A~B *(1)!', pid: 7, machine: 'm~"<>|?', start: '99', nonce: 'ab12' }
    const name = holderName(holder)
    expect(name).not.toMatch(/[:*"<>|?\\/]/)
    expect(readHolder(name)).toEqual(holder)
  })

  it.each([
    'holder',
    'holder~a~1~m~s',
    'holder~a~x~m~s~ab',
    'holder~a~1~m~s~zz',
    'holder~a:b~1~m~s~ab',
    'holder~%~1~m~s~ab',
    'other~a~1~m~s~ab',
  ])('that we did not give is none: %s', (name) => expect(readHolder(name)).toBeNull())
})
