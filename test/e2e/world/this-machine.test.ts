import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { distroScript, readDistroFacts } from '../../../src/effects/machine/distro-script.ts'
import { readNodeFacts } from '../../../src/effects/machine/node-facts.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodePath, npmPath } from '../../support/machine.ts'
import { scratch } from '../../support/scratch.ts'
import { bundle } from '../../support/detection/bundle.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksLinux } from '../../support/machine.ts'

const execute = promisify(execFile)
const lacksPlainLinux = lacksLinux ?? (/microsoft/i.test(readFileSync('/proc/version', 'utf8')) ? 'it needs a Linux without Windows' : null)

describeUnless(lacksPlainLinux, 'this very machine', () => {
  let look: Awaited<ReturnType<typeof bundle>>
  beforeAll(async () => {
    look = await bundle('look')
  })
  afterAll(() => look.remove())

  it('is one Linux, seen without starting anything', async () => {
    const place = scratch()
    const { stdout } = await execute(nodePath, [look.file], { env: { ...place.env, USER: 'ana' }, cwd: place.home })
    const seen = JSON.parse(stdout)
    expect(seen.world.environments).toMatchObject([
      { id: 'linux', kind: 'linux', self: true, home: place.home, user: 'ana', node: nodePath, npm: npmPath() },
    ])
    expect(seen.detection).toEqual([])
    expect(seen.programs.linux).toEqual(['linux', 'Ä é', 'a b"c', place.home])
    expect(seen.running.linux).toContain('node')
    expect(seen.home).toEqual({ id: 'linux', folder: place.path('.mcp-twin') })
  })

  it('has the prefix that npm itself names', async () => {
    const place = scratch()
    const named = async (env: Record<string, string>) => {
      const [{ stdout: ours }, { stdout: theirs }] = await Promise.all([
        execute(nodePath, [look.file], { env, cwd: place.home }),
        execute(nodePath, [npmPath(), 'prefix', '-g'], { env, cwd: place.home }),
      ])
      return [JSON.parse(ours).world.environments[0].prefix, theirs.trim()]
    }
    const [usual, npms] = await named(place.env)
    expect(usual).toBe(npms)
    place.write('.npmrc', 'prefix=${HOME}/.npm-global\n')
    expect(await named(place.env)).toEqual([place.path('.npm-global'), place.path('.npm-global')])
    expect(await named({ ...place.env, NPM_CONFIG_PREFIX: place.path('v') })).toEqual([place.path('v'), place.path('v')])
  })
})

describeUnless(
  process.platform === 'win32' ? 'Windows has no such shell' : null,
  'what a distribution is told on its standard input',
  () => {
    /** A user of a scratch with a login shell of their own: the script asks `id` and `getent`, which are the scratch's here. */
    async function told(shell: string, files: Record<string, string>) {
      const place = scratch()
      const bin = place.path('bin')
      const programs = { id: 'echo "the user"', getent: `echo "the user:x:1000:1000::${place.home}:${shell}"`, wslpath: 'echo /win/c/' }
      mkdirSync(bin)
      for (const [name, line] of Object.entries(programs)) {
        writeFileSync(`${bin}/${name}`, `#!/bin/sh\n${line}\n`)
        chmodSync(`${bin}/${name}`, 0o755)
      }
      for (const [name, text] of Object.entries(files)) place.write(name, text)
      const path = `${bin}:/tools`
      const tools = place.path('tools')
      mkdirSync(tools)
      for (const tool of ['sh', 'bash', 'cut', 'cat', 'printf', 'timeout', 'setsid', 'true', 'grep', 'sleep', 'dash']) {
        const [found] = ['/usr/bin/', '/bin/'].map((folder) => folder + tool)
        writeFileSync(`${tools}/${tool}`, `#!/bin/sh\nexec ${found} "$@"\n`)
        chmodSync(`${tools}/${tool}`, 0o755)
      }
      const answer = await nodeSystem().ask({
        argv: ['/bin/sh'],
        input: distroScript,
        onlyEnv: true,
        env: { PATH: path.replace('/tools', tools), HOME: '/nowhere', WSL_DISTRO_NAME: 'Ubuntu 24' },
        cwd: reachable('/'),
        timeoutMs: 60_000,
      })
      const text = new TextDecoder().decode(answer.stdout)
      return { place, code: answer.code, facts: readDistroFacts(text), node: readNodeFacts(text) }
    }
    // The machine's own profile may know a node too: the variable says whose file was read.
    const findsNode = `export PATH="$PATH:${dirname(nodePath)}" NPM_CONFIG_PREFIX=/by/the/shell\n`
    const found = { node: nodePath, variables: { NPM_CONFIG_PREFIX: '/by/the/shell' } }

    it('tells user, home, release, mount root and its own name', async () => {
      const { facts, place, code } = await told('/bin/sh', {})
      expect(code).toBe(0)
      expect(Object.fromEntries(facts)).toMatchObject({ user: 'the user', home: place.home, mount: '/win/c/', name: 'Ubuntu 24' })
      expect(facts.get('release')).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim())
      expect(facts.has('claude')).toBe(false)
    })

    it('finds the node that only an interactive shell knows, among all that it prints', async () => {
      const rc = `[ -z "$PS1" ] && return\necho "@mcp-twin:user nobody else"\necho hello; read answer\n${findsNode}export CLAUDE_CONFIG_DIR="$HOME/c c"\n`
      const { node, facts, place } = await told('/bin/bash', { '.bash_profile': '. ~/.bashrc', '.bashrc': rc.replace('@mcp', '(mcp') })
      expect(node).toMatchObject({ ...found, version: process.versions.node, platform: process.platform, home: place.home })
      expect(facts.get('claude')).toBe(place.path('c c'))
      expect(facts.get('user')).toBe('the user')
    })

    it('finds the node of a plain login shell', async () => {
      expect((await told('/bin/dash', { '.profile': findsNode })).node).toMatchObject(found)
    })

    it('does not wait for a shell that never comes back', async () => {
      const { node, code } = await told('/bin/bash', { '.bash_profile': `case $- in *i*) sleep 600 ;; esac\n${findsNode}` })
      expect(node).toMatchObject(found)
      expect(code).toBe(0)
    })
  },
)
