import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { scratch } from '../../support/scratch.ts'
import { pack } from './packed.ts'
import { type Situation, situation } from './situation.ts'

const files = scratch()
/** The published package, installed by npm into an empty folder; our driver is one more file of its `dist/`. */
const installed = join(files.root, 'empty', 'node_modules', 'mcp-twin')
let here: Situation

beforeAll(async () => {
  await pack(files).install('empty')
})
beforeEach(() => {
  here = situation()
})
afterEach(() => here.place.remove())

/** One of the three works of the driver, as the copy of the program at `root`. */
function as(root: string, what: 'current' | 'install' | 'prune', environment = here.environment): unknown {
  const args = [join(root, 'dist', 'driver.mjs'), what, JSON.stringify({ environment, folder: here.folder })]
  return JSON.parse(execFileSync(nodePath, args, { encoding: 'utf8', cwd: here.place.home }))
}
const own = (...parts: string[]) => here.place.path('.mcp-twin', ...parts)
const current = () => readFileSync(own('app', 'current'), 'utf8').trim()
const launch = (...args: string[]) =>
  execFileSync(nodePath, [own('bin', 'mcp-twin.mjs'), ...args], { encoding: 'utf8', env: here.place.env, stdio: 'pipe' })
const version = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).version

/** The same program in another place, changed enough to be another build. */
function copyOf(root: string, id: string): string {
  const copy = join(here.place.root, `copy-${id}`)
  cpSync(root, copy, { recursive: true })
  for (const scope of root === installed ? ['@vscode', '@libsql'] : [])
    cpSync(join(root, '..', scope), join(copy, 'node_modules', scope), { recursive: true })
  writeFileSync(join(copy, 'dist', 'id.txt'), `${id}\n`)
  return copy
}

describe("the program's own copy", () => {
  it('is put beside its launcher, which starts it', () => {
    expect(as(installed, 'current')).toBe(false)
    expect(as(installed, 'install')).toEqual({ outcome: 'done' })
    expect(as(installed, 'current')).toBe(true)
    expect(current()).toMatch(new RegExp(`^${version}-[0-9a-f]{12}$`))
    expect(launch('--version').trim()).toBe(version)
    expect(readdirSync(own('app')).sort()).toEqual([current(), 'current'].sort())
    expect(statSync(own()).mode & 0o777).toBe(0o700)
    expect(existsSync(own('app', current(), 'dist', 'THIRD-PARTY.txt'))).toBe(true)
  })

  it('is left alone when it is this very code, also when it runs itself', () => {
    as(installed, 'install')
    const before = statSync(own('app', current(), 'dist', 'main.mjs')).ino
    expect(as(installed, 'install')).toEqual({ outcome: 'present' })
    expect(as(own('app', current()), 'install')).toEqual({ outcome: 'present' })
    expect(statSync(own('app', current(), 'dist', 'main.mjs')).ino).toBe(before)
  })

  it('is replaced by another build, and the earlier one stays for processes that use it', () => {
    as(installed, 'install')
    const first = current()
    const newer = copyOf(installed, '9.9.9-aaaaaaaaaaaa')
    expect(as(newer, 'current')).toBe(false)
    expect(as(newer, 'install')).toEqual({ outcome: 'done' })
    expect(current()).toBe('9.9.9-aaaaaaaaaaaa')
    expect(existsSync(own('app', first, 'dist', 'main.mjs'))).toBe(true)
    // The installed copy can install itself again somewhere else.
    rmSync(own(), { recursive: true })
    expect(as(newer, 'install')).toEqual({ outcome: 'done' })
  })

  it('is finished by the next run wherever a run was killed', () => {
    as(installed, 'install')
    const id = current()
    const damages = [
      () => rmSync(own('bin'), { recursive: true }),
      () => rmSync(own('app', 'current')),
      () => rmSync(own('app', id), { recursive: true }),
      () => rmSync(own('app', id, 'dist', 'main.mjs')),
      () => writeFileSync(own('bin', 'mcp-twin.mjs'), 'broken'),
      () => mkdirSync(own('app', '.part-4194303-aa', 'dist'), { recursive: true }),
    ]
    for (const damage of damages) {
      damage()
      as(installed, 'install')
      expect(as(installed, 'current')).toBe(true)
      expect(launch('--version').trim()).toBe(version)
    }
    writeFileSync(own('bin', 'mcp-twin.mjs'), 'broken')
    as(installed, 'install')
    expect(readdirSync(own('app')).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('cannot be put where writing is not allowed, and says why', () => {
    writeFileSync(own(), 'a file in the way')
    const result = as(installed, 'install')
    expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(own()) })
  })
})

describe('earlier versions of the program', () => {
  /** Long enough ago that every process that was starting then has announced itself. */
  const later = () => utimesSync(own('app', 'current'), new Date(0), new Date(0))

  it('go when no process uses them', () => {
    as(installed, 'install')
    const first = current()
    as(copyOf(installed, '9.9.9-bbbbbbbbbbbb'), 'install')
    expect(as(own('app', current()), 'prune')).toEqual({ removed: [], busy: [] })
    later()
    expect(as(own('app', current()), 'prune')).toEqual({ removed: [first], busy: [] })
    expect(readdirSync(own('app')).sort()).toEqual(['9.9.9-bbbbbbbbbbbb', 'current'])
  })

  it('stay while a process that the launcher started from them lives, and go after it', async () => {
    const lasting = copyOf(installed, '9.9.9-cccccccccccc')
    writeFileSync(join(lasting, 'dist', 'main.mjs'), 'console.log(process.env.MCP_TWIN_HOME); setInterval(() => {}, 1000)')
    as(lasting, 'install')
    const child = spawn(nodePath, [own('bin', 'mcp-twin.mjs'), 'serve'], { env: here.place.env, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    try {
      const [told] = await once(child.stdout, 'data')
      expect(String(told).trim()).toBe(own())
      as(installed, 'install')
      later()
      expect(as(installed, 'prune')).toEqual({ removed: [], busy: ['9.9.9-cccccccccccc'] })
    } finally {
      child.kill('SIGKILL')
      await ended
    }
    expect(as(installed, 'prune')).toEqual({ removed: ['9.9.9-cccccccccccc'], busy: [] })
  })
})

describe('the launcher', () => {
  it('says how to fix a folder that is not whole', () => {
    as(installed, 'install')
    rmSync(own('app', 'current'))
    expect(() => launch('--version')).toThrow(/not whole in .*npx mcp-twin sync/)
  })

  it('works from a folder with blanks and signs in its name', () => {
    as(installed, 'install')
    const odd = join(here.place.root, 'a b#c%20d?é')
    cpSync(own(), odd, { recursive: true })
    expect(execFileSync(nodePath, [join(odd, 'bin', 'mcp-twin.mjs'), '--version'], { encoding: 'utf8' }).trim()).toBe(version)
    expect(readdirSync(join(odd, 'app', current(), '.use'))).toEqual([])
  })
})
