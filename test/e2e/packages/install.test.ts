import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LockedPackage } from '../../../src/model/lock.ts'
import { native } from '../../../src/model/path.ts'
import { nodePath, npmPath } from '../../support/machine.ts'
import { type MiniRegistry, miniRegistry, type Published } from '../../support/mini-registry.ts'
import { leftovers, processesWith } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'
import { moveIn, pinned, type Situation, situation } from './situation.ts'

const start = process.cwd()
let registry: MiniRegistry
let evil: MiniRegistry
let here: Situation

const server = (version: string, more: object = {}, text = `console.log("${version}")`) => ({
  manifest: { name: '@acme/server', version, bin: { server: 'bin.js' }, ...more },
  files: { 'bin.js': text },
})
const published = (name: string, more: object = {}) => ({ manifest: { name, version: '1.0.0', ...more }, files: { 'index.js': '' } })
const pin = (each: Published) => pinned(registry, each)
const MARK = "require('fs').writeFileSync('ran', '')"
const inFolder = () => readdirSync(here.npm()).sort()

let kept: string | undefined
/** `@acme/server` 1.0.0, installed: by npm the first time, and from then on put there as npm has left it. */
async function installed(): Promise<LockedPackage> {
  const locked = pin(server('1.0.0'))
  const folder = here.npm('@acme+server@1.0.0')
  if (kept === undefined) {
    expect(await here.install(locked)).toEqual({ outcome: 'done' })
    kept = scratch().path('installed')
    cpSync(folder, kept, { recursive: true, verbatimSymlinks: true })
  } else cpSync(kept, folder, { recursive: true, verbatimSymlinks: true })
  expect(await here.install(locked)).toEqual({ outcome: 'present' })
  return locked
}

beforeEach(async () => {
  registry = await miniRegistry()
  evil = await miniRegistry()
  here = situation({ npmrc: `registry=${registry.url}`, npmCache: 'own' })
  registry.publish(server('1.0.0'))
})
afterEach(async () => {
  process.chdir(start)
  await Promise.all([registry.close(), evil.close()])
  here.place.remove()
})

describe('a package that is not there yet', () => {
  it('is installed in the pinned version, by the registry of the user, in a folder of its own', async () => {
    const locked = await here.pin('@acme/server@^1')
    expect(locked).toMatchObject({ name: '@acme/server', version: '1.0.0', bin: { server: 'bin.js' } })
    // So the other tests pin without an npm.
    expect(pin(server('1.0.0'))).toEqual(locked)
    expect(await here.install(locked)).toEqual({ outcome: 'done' })
    expect(inFolder()).toEqual(['@acme+server@1.0.0'])
    expect(readFileSync(here.npm('@acme+server@1.0.0', 'node_modules', '@acme', 'server', 'bin.js'), 'utf8')).toContain('1.0.0')
  })

  it('needs no registry once it is there', async () => {
    const locked = await installed()
    registry.requests.length = 0
    expect(await here.install(locked)).toEqual({ outcome: 'present' })
    expect(registry.requests).toEqual([])
  })

  it('is installed once when two ask for it, and others are installed beside it', async () => {
    const pins = [server('1.0.0'), published('one'), published('two')].map(pin)
    const results = await Promise.all([...pins, ...pins].map((locked) => here.install(locked)))
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['done', 'done', 'done', 'present', 'present', 'present'])
    expect(inFolder()).toEqual(['@acme+server@1.0.0', 'one@1.0.0', 'two@1.0.0'])
  })

  it('is installed into a folder behind a link, which its note names', async () => {
    renameSync(here.place.home, `${here.place.home}-real`)
    symlinkSync(`${here.place.home}-real`, here.place.home)
    const native = { manifest: { name: 'native', version: '1.0.0', scripts: { install: 'node run.js' } }, files: { 'run.js': MARK } }
    expect(await here.install(pin(server('1.0.0')))).toEqual({ outcome: 'done' })
    expect(await here.install(pin(native), { allowScripts: true })).toEqual({ outcome: 'done' })
    expect(existsSync(here.npm('native@1.0.0', 'node_modules', 'native', 'ran'))).toBe(true)
    expect(inFolder()).toEqual(['@acme+server@1.0.0', 'native@1.0.0'])
    expect(await here.install(pin(server('1.0.0')))).toEqual({ outcome: 'present' })
  })

  it('is installed beside other versions of itself', async () => {
    await installed()
    await here.install(pin(server('1.1.0')))
    expect(inFolder()).toEqual(['@acme+server@1.0.0', '@acme+server@1.1.0'])
  })

  it('reports which of its dependencies want another Node', async () => {
    const { outcome, notices } = await here.install(pin(published('modern', { engines: { node: '>=99' } })))
    expect(outcome).toBe('done')
    expect(notices).toEqual([expect.stringMatching(/^modern@1\.0\.0 wants Node >=99, and this side has \d+\.\d+\.\d+$/)])
  })

  it('is refused without the programs that it declares', async () => {
    const result = await here.install(pin({ manifest: { name: 'hollow', version: '1.0.0', bin: { hollow: 'missing.js' } } }))
    expect(result).toMatchObject({ outcome: 'failed', reason: 'hollow 1.0.0 lacks its program hollow' })
    expect(inFolder()).toEqual([])
  })
})

describe('a working directory of somebody else', () => {
  it('does not decide where packages come from', async () => {
    const project = here.place.path('project')
    mkdirSync(project)
    writeFileSync(join(project, '.npmrc'), `registry=${evil.url}\nignore-scripts=false\n`)
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'x', workspaces: ['*'] }))
    evil.publish(server('6.6.6'))
    process.chdir(project)
    const locked = await here.pin('@acme/server')
    expect(locked.version).toBe('1.0.0')
    expect((await here.install(locked)).outcome).toBe('done')
    expect(evil.requests).toEqual([])
  })

  it('does not decide it through variables of the npm that started us there', async () => {
    const project = here.place.path('project')
    mkdirSync(project)
    const evilSettings = [`registry=${evil.url}`, 'userconfig=./evil.npmrc', 'globalconfig=./evil.global', '']
    writeFileSync(join(project, '.npmrc'), evilSettings.join('\n'))
    for (const file of ['evil.npmrc', 'evil.global']) writeFileSync(join(project, file), `registry=${evil.url}\n`)
    writeFileSync(join(project, 'package.json'), '{"name":"x"}')
    evil.publish(server('6.6.6'))
    const handed = JSON.parse(
      execFileSync(nodePath, [npmPath(), 'exec', '--no-update-notifier', '-c', `${nodePath} -p 'JSON.stringify(process.env)'`], {
        cwd: project,
        encoding: 'utf8',
      }),
    )
    expect(handed.npm_config_registry).toBe(evil.url)
    moveIn(handed)
    try {
      const locked = await here.pin('@acme/server')
      expect(locked.version).toBe('1.0.0')
      expect((await here.install(locked)).outcome).toBe('done')
      expect(evil.requests).toEqual([])
    } finally {
      moveIn(here.place.env)
    }
  })

  it('keeps variables of the user for npm, without those of an npm around us', async () => {
    evil.publish(server('2.0.0'))
    Object.assign(process.env, {
      npm_config_registry: evil.url,
      npm_config_global: 'true',
      npm_config_dry_run: 'true',
      npm_config_workspace: 'x',
    })
    try {
      const locked = await here.pin('@acme/server@2')
      expect((await here.install(locked)).outcome).toBe('done')
      expect(inFolder()).toEqual(['@acme+server@2.0.0'])
    } finally {
      for (const name of ['registry', 'global', 'dry_run', 'workspace']) delete process.env[`npm_config_${name}`]
    }
  })
})

describe('install scripts', () => {
  const witness = () => here.place.path('ran')
  const scripted = () => {
    const script = `node -e "require('fs').appendFileSync('${witness()}', Object.keys(process.env).filter((n) => /^MCP_TWIN_/.test(n)).join() + '!')"`
    registry.publish(published('native', { scripts: { postinstall: script } }))
    return pin(server('3.0.0', { dependencies: { native: '1.0.0' }, scripts: { preinstall: script } }))
  }

  it('do not run, and the packages that wanted them are named', async () => {
    const pinnedHere = scripted()
    const locked = await here.pin('@acme/server@3')
    expect(locked.scripts).toBe(true)
    expect(pinnedHere).toEqual(locked)
    expect(await here.install(locked)).toEqual({ outcome: 'done', scripts: ['@acme/server@3.0.0', 'native@1.0.0'] })
    expect(existsSync(witness())).toBe(false)
  })

  it('run where they are allowed, without a key of ours in their environment', async () => {
    const locked = scripted()
    process.env.MCP_TWIN_SECRET_X = 'key'
    try {
      await here.install(locked)
      expect(await here.install(locked, { allowScripts: true })).toEqual({ outcome: 'done' })
      expect(readFileSync(witness(), 'utf8')).toBe('!!')
      expect(await here.install(locked, { allowScripts: true })).toEqual({ outcome: 'present' })
    } finally {
      delete process.env.MCP_TWIN_SECRET_X
    }
  })

  it('keep the earlier version when they fail', async () => {
    const locked = pin(server('3.1.0', { scripts: { postinstall: 'echo the script says why >&2; exit 7' } }))
    await here.install(locked)
    const result = await here.install(locked, { allowScripts: true })
    expect(result).toMatchObject({ outcome: 'failed', reason: 'an install script of @acme/server@3.1.0 failed (exit 7)' })
    expect(result.detail).toContain('the script says why')
    expect(inFolder()).toEqual(['@acme+server@3.1.0'])
  })
})

describe('content that differs from the pinned one', () => {
  it('is refused and removed when the registry has something else under the same version', async () => {
    const locked = pin(server('1.0.0'))
    registry.publish(server('1.0.0', {}, 'console.log("other")'))
    const result = await here.install(locked)
    expect(result).toMatchObject({ outcome: 'failed', reason: '@acme/server 1.0.0 of the registry differs from the pinned one' })
    expect(inFolder()).toEqual([])
  })

  it.each<[string, (evil: string, good: string) => string | null]>([
    ['by its own digest in front of the pinned one', (evil, good) => `${evil} ${good}`],
    ['by its own digest behind the pinned one', (evil, good) => `${good} ${evil}`],
    ['by no digest at all', () => null],
    ['by a weaker digest alone', () => `sha1-${createHash('sha1').update('x').digest('base64')}`],
  ])('is refused when the registry vouches for it %s', async (_, promised) => {
    const locked = pin(server('1.0.0'))
    const good = locked.integrity ?? ''
    const other = server('1.0.0', {}, 'console.log("other")')
    registry.publish({ ...other, promised: (evil) => promised(evil, good) })
    expect(await here.install(locked)).toMatchObject({ outcome: 'failed' })
    expect(inFolder()).toEqual([])
  })

  it('is not taken for installed when it was pinned with another digest, and what is there stays', async () => {
    const locked = await installed()
    const others = { ...locked, integrity: `sha512-${createHash('sha512').update('other').digest('base64')}` }
    expect(await here.install(others)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('differs from the pinned one') })
    expect(await here.install(locked)).toEqual({ outcome: 'present' })
    writeFileSync(
      here.npm('@acme+server@1.0.0', 'installed.json'),
      JSON.stringify({ name: '@acme/server', version: '1.0.0', integrity: null }),
    )
    expect(await here.install(locked)).toEqual({ outcome: 'done' })
  })

  it('is refused before any script of it runs', async () => {
    const ran = here.place.path('ran')
    const scripts = { postinstall: `node -e "require('fs').writeFileSync('${ran}', '')"` }
    const locked = pin(server('4.0.0', { scripts }))
    registry.publish(server('4.0.0', { scripts }, 'other'))
    expect((await here.install(locked, { allowScripts: true })).outcome).toBe('failed')
    expect(existsSync(ran)).toBe(false)
  })

  it('is refused by npm when the download is not what the registry promises', async () => {
    const locked = pin(server('1.0.0'))
    registry.tamper()
    const result = await here.install(locked)
    expect(result.reason).toBe('what arrived for @acme/server@1.0.0 is not what the registry promised (EINTEGRITY)')
    expect(inFolder()).toEqual([])
  })
})

describe('an installation that is cut short', () => {
  const older = async () => {
    await installed()
    registry.stalled.add('@acme/server')
    return pin(server('1.2.0'))
  }
  const npmProcess = async (): Promise<number> => {
    for (;;) {
      const found = processesWith(here.place.root).find(({ command }) => command.includes('npm'))
      if (found !== undefined && registry.requests.some((path) => path.endsWith('1.2.0.tgz'))) return found.pid
      await sleep(20)
    }
  }

  it('because npm is killed leaves the earlier version, and a rerun finishes', async () => {
    const locked = await older()
    const running = here.install(locked)
    process.kill(await npmProcess(), 'SIGKILL')
    expect(await running).toMatchObject({ outcome: 'failed', reason: 'npm was ended before it had finished' })
    expect(inFolder()).toEqual(['@acme+server@1.0.0'])
    registry.stalled.clear()
    expect((await here.install(locked)).outcome).toBe('done')
    expect(inFolder()).toEqual(['@acme+server@1.0.0', '@acme+server@1.2.0'])
  })

  it('by Ctrl-C ends all of npm and removes what was begun', async () => {
    const locked = await older()
    const controller = new AbortController()
    const running = here.install(locked, { signal: controller.signal })
    await npmProcess()
    controller.abort()
    expect(await running).toMatchObject({ outcome: 'failed', reason: 'cancelled' })
    expect(inFolder()).toEqual(['@acme+server@1.0.0'])
    expect(await leftovers(here.place.root)).toEqual([])
  })

  it('is cleared away by the next one once its process is gone, and not before', async () => {
    const locked = pin(server('1.0.0'))
    mkdirSync(here.npm(`.part-${process.ppid}-aa`), { recursive: true })
    mkdirSync(here.npm('.part-4194303-ab', 'node_modules'), { recursive: true })
    mkdirSync(here.npm('.old-4194303-ac', 'node_modules'), { recursive: true })
    await here.install(locked)
    expect(inFolder()).toEqual([`.part-${process.ppid}-aa`, '@acme+server@1.0.0'])
  })

  it('by a full disk says so', async () => {
    const { files } = here.system
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', path: here.npm() })
    const locked = pin(server('1.0.0'))
    const create = files.create
    files.create = () => Promise.reject(full)
    try {
      expect((await here.install(locked)).reason).toBe(`${here.npm()} could not be written: the disk is full (ENOSPC)`)
      expect(inFolder()).toEqual([])
    } finally {
      files.create = create
    }
  })
})

describe("an npm prefix of the user's", () => {
  const prefix = () => ({ kind: 'npm', path: native(here.place.path('.npm-global')) }) as const
  const version = () => JSON.parse(readFileSync(here.place.path('.npm-global/lib/node_modules/@acme/server/package.json'), 'utf8')).version

  it('holds one version of a package at a time', async () => {
    const [first, second] = [pin(server('1.0.0')), pin(server('1.3.0'))]
    expect(await here.install(first, { prefix: prefix() })).toEqual({ outcome: 'done' })
    expect(await here.install(first, { prefix: prefix() })).toEqual({ outcome: 'present' })
    expect(await here.install(second, { prefix: prefix() })).toEqual({ outcome: 'done' })
    expect(version()).toBe('1.3.0')
  })

  it('gets no package that differs from the pinned one', async () => {
    const first = pin(server('1.0.0'))
    registry.publish(server('1.0.0', {}, 'other'))
    expect((await here.install(first, { prefix: prefix() })).outcome).toBe('failed')
    expect(existsSync(here.place.path('.npm-global/lib'))).toBe(false)
  })

  it('runs no install scripts either', async () => {
    const ran = here.place.path('ran')
    const locked = pin(server('5.0.0', { scripts: { postinstall: `node -e "require('fs').writeFileSync('${ran}', '')"` } }))
    expect(await here.install(locked, { prefix: prefix() })).toEqual({ outcome: 'done', scripts: ['@acme/server@5.0.0'] })
    expect(existsSync(ran)).toBe(false)
  })

  it('reports a prefix that is unknown', async () => {
    const locked = pin(server('1.0.0'))
    const result = await here.install(locked, { prefix: { kind: 'npm', path: null } })
    expect(result).toMatchObject({ outcome: 'failed', reason: 'the npm prefix of Linux is unknown' })
  })
})
