import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { holderName, selfAsHolder } from '../../../src/effects/store/holder.ts'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { runs } from '../../support/runs.ts'
import { addMember, impatient, targetAt } from '../../support/rewriting.ts'
import { children, pause } from './process.ts'

const system = nodeSystem()
const started = children()
const made: string[] = []

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'mcp-twin-together-'))
  made.push(path)
  return path
}

const json = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8'))
const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, each) => `${prefix}${each}`)

/** A program that reads, changes and replaces the file again and again, as Claude Code does, under its lock. */
const foreignWriter = `
  const { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } = require('node:fs')
  const [file, rounds, everyMs] = process.argv.slice(1)
  const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  const take = () => { for (;;) try { return mkdirSync(file + '.lock') } catch (error) { if (error.code !== 'EEXIST') throw error; pause(1) } }
  for (let round = 0; round < Number(rounds); round++) {
    take()
    const object = JSON.parse(readFileSync(file, 'utf8'))
    object['w' + round] = round
    writeFileSync(file + '.tmp.' + process.pid, JSON.stringify(object))
    pause(1)
    renameSync(file + '.tmp.' + process.pid, file)
    rmdirSync(file + '.lock')
    pause(Number(everyMs))
  }
`

async function beside(file: string, rounds: number, everyMs: number): Promise<string[]> {
  const writer = spawn(process.execPath, ['-e', foreignWriter, '--', file, String(rounds), String(everyMs)], { stdio: 'inherit' })
  const ended = new Promise<number | null>((resolve) => writer.on('close', resolve))
  let isRunning = true
  void ended.then(() => {
    isRunning = false
  })
  const written: string[] = []
  for (let round = 0; isRunning; round++) {
    const target = targetAt(reachable(file), { ownLock: 'proper-lockfile' })
    const outcome = await rewriteFile(system, target, addMember(`ours${round}`, round), null)
    if (outcome.kind === 'written') written.push(`ours${round}`)
    await pause(5)
  }
  expect(await ended).toBe(0)
  return written
}

describe('a program that replaces the file at the last moment before we do', () => {
  // Nobody has a rename on condition: what happens in the microseconds between look and rename, no test can rule out.
  it('loses nothing, and neither do we, however many of our attempts it meets', async () => {
    const file = reachable(join(folder(), 'config.json'))
    writeFileSync(file, '{}')
    let theirs = 0
    for (let round = 0; round < 40; round++) {
      let [left, attempts] = [round % 4, 0]
      const files: typeof system.files = {
        ...system.files,
        rename: async (from, to, ...more) => {
          if (to !== file) return system.files.rename(from, to, ...more)
          attempts += 1
          if (left > 0) {
            left -= 1
            writeFileSync(`${file}.theirs`, JSON.stringify({ ...json(file), [`w${theirs++}`]: 1 }))
            renameSync(`${file}.theirs`, file)
          }
          return system.files.rename(from, to, ...more)
        },
      }
      const outcome = await rewriteFile({ ...system, files }, targetAt(file), addMember(`ours${round}`, round), null)
      expect([outcome.kind, attempts]).toEqual(['written', (round % 4) + 1])
    }
    expect(Object.keys(json(file)).sort()).toEqual([...names('w', theirs), ...names('ours', 40)].sort())
    expect(readdirSync(join(file, '..'))).toEqual(['config.json'])
  })
})

describe("a program that honours Claude Code's lock", () => {
  it('loses nothing, and neither do we', async () => {
    const file = join(folder(), '.claude.json')
    writeFileSync(file, '{}')
    const rounds = runs(60)
    const ours = await beside(file, rounds, 3)
    expect(Object.keys(json(file)).sort()).toEqual([...names('w', rounds), ...ours].sort())
    expect(ours.length).toBeGreaterThan(0)
  })
})

describe('two of our own processes at once', () => {
  it('keep both entries in every round', async () => {
    const file = join(folder(), 'config.json')
    writeFileSync(file, '{}')
    const rounds = runs(40)
    const both = await Promise.all(['a', 'b'].map((name) => started(['add', file, name, String(rounds)])))
    const ends = await Promise.all(both.map((each) => each.go()))
    expect(ends.map((each) => [each.code, each.output])).toEqual([
      [0, 'ready\ndone\n'],
      [0, 'ready\ndone\n'],
    ])
    expect(Object.keys(json(file)).sort()).toEqual([...names('a', rounds), ...names('b', rounds)].sort())
    expect(readdirSync(join(file, '..'))).toEqual(['config.json'])
  })

  it('take turns as runs of one home, with backups', async () => {
    const home = folder()
    const file = join(home, '.claude.json')
    const three = await Promise.all(['a', 'b', 'c'].map((name) => started(['write', home, file, name, '5'])))
    const ends = await Promise.all(three.map((each) => each.go()))
    expect(ends.map((each) => each.output)).toEqual(Array(3).fill('ready\ndone\n'))
    expect(Object.keys(json(file))).toHaveLength(15)
    expect(readdirSync(join(home, '.mcp-twin', 'backups')).filter((name) => name !== 'originals')).toHaveLength(15)
    expect(readdirSync(home).sort()).toEqual(['.claude.json', '.mcp-twin'])
  })
})

describe('ten processes on one abandoned lock', () => {
  it.each(['of a dead process', 'with garbage in it'])('enter one by one: %s', async (kind) => {
    const place = folder()
    const lock = join(place, 'a.mcp-twin-lock')
    mkdirSync(lock)
    writeFileSync(
      join(lock, kind === 'with garbage in it' ? 'x' : holderName({ ...(await selfAsHolder(system, 'linux')), pid: 4_000_000 })),
      '',
    )
    utimesSync(lock, new Date(0), new Date(0))
    const racers = await Promise.all(Array.from({ length: 10 }, () => started(['race', join(place, 'a'), join(place, 'log')])))
    const ends = await Promise.all(racers.map((each) => each.go()))
    expect(ends.map((each) => [each.code, each.output])).toEqual(Array(10).fill([0, 'ready\ndone\n']))
    const lines = readFileSync(join(place, 'log'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(20)
    for (let at = 0; at < 20; at += 2) expect(lines[at + 1]).toBe(lines[at]?.replace('in', 'out'))
    expect(readdirSync(place)).toEqual(['log'])
  })
})

describe('a process that holds its locks', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('and is ended by %s gives them back on its way out', async (signal) => {
    const place = folder()
    const file = join(place, '.claude.json')
    writeFileSync(file, '{}')
    const holder = await started(['hold', file])
    const end = holder.go()
    await holder.said('held')
    expect(readdirSync(place)).toEqual(['.claude.json', '.claude.json.lock', '.claude.json.mcp-twin-lock'])
    holder.process.kill(signal)
    expect((await end).signal).toBe(signal)
    expect(readdirSync(place)).toEqual(['.claude.json'])
  })

  it('leaves one that the next takes over at once when it is killed', async () => {
    const place = folder()
    const file = join(place, 'a.json')
    writeFileSync(file, '{}')
    const holder = await started(['hold', file])
    const end = holder.go()
    await holder.said('held')
    holder.process.kill('SIGKILL')
    await end
    expect(existsSync(`${file}.mcp-twin-lock`)).toBe(true)
    expect(await rewriteFile(impatient(system), targetAt(reachable(file)), addMember('a', 1), null)).toMatchObject({ kind: 'written' })
    expect(readdirSync(place).filter((name) => !name.endsWith('.lock'))).toEqual(['a.json'])
  })

  it('leaves Claude Code’s lock, which the next releases at once, when it is killed', async () => {
    const place = folder()
    const file = join(place, '.claude.json')
    writeFileSync(file, '{}')
    const holder = await started(['hold', file])
    const end = holder.go()
    await holder.said('held')
    holder.process.kill('SIGKILL')
    await end
    expect(existsSync(`${file}.lock`)).toBe(true)
    const target = targetAt(reachable(file), { ownLock: 'proper-lockfile' })
    expect(await rewriteFile(impatient(system), target, addMember('a', 1), null)).toMatchObject({ kind: 'written' })
    expect(readdirSync(place)).toEqual(['.claude.json'])
  })

  it('leaves Claude Code’s lock to Claude Code where that took it since', async () => {
    const place = folder()
    const file = join(place, '.claude.json')
    writeFileSync(file, '{}')
    const holder = await started(['hold', file])
    const end = holder.go()
    await holder.said('held')
    holder.process.kill('SIGKILL')
    await end
    rmdirSync(`${file}.lock`)
    mkdirSync(`${file}.lock`)
    const target = targetAt(reachable(file), { ownLock: 'proper-lockfile' })
    await expect(rewriteFile(impatient(system), target, addMember('a', 1), null)).rejects.toThrow('it waited')
    expect(existsSync(`${file}.lock`)).toBe(true)
  })
})
