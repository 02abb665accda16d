import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { asOrdinaryUser, lacksOrdinaryUser } from '../../support/ordinary-user.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const [bwrap = 'bwrap', ...bwrapArgs] = [
  ...(process.getuid?.() === 0 ? ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--'] : []),
  'bwrap',
]
const works = spawnSync(bwrap, [...bwrapArgs, '--ro-bind', '/', '/', '--unshare-all', 'true']).status === 0
const serve = (place: Scratch) => [cliPath, 'serve', '--client', 'tester', '--root', place.path('work'), '--terminal', 'sandbox']
const start = (place: Scratch, before: readonly string[] = []) => {
  const [command = nodePath, ...args] = [...asOrdinaryUser(place), ...before, nodePath, ...serve(place)]
  return greeted({ command, args, env: place.env, cwd: place.root }, 'tester')
}
const git = (place: Scratch, ...args: string[]) =>
  execFileSync('git', args, {
    cwd: place.path('work/repo'),
    env: { ...place.env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
  })

describeUnless(
  lacksOrdinaryUser() ?? (works ? null : 'no bubblewrap that may make namespaces'),
  'the built bridge with terminal: sandbox',
  () => {
    it('protects start-up files and keys, reaches no socket, and names new start-up files', async () => {
      const place = scratch()
      mkdirSync(place.path('work/repo'), { recursive: true })
      git(place, 'init', '--quiet')
      for (const path of ['work/a/b/.mcp.json', 'work/repo/.cursor/mcp.json']) place.write(path, '{"key":"sk-canary"}')
      place.write('.gitconfig', '[user]\n\tname = Ana\n\temail = ana@example.com\n')
      const server = await start(place)
      let reached = 0
      const socket = createServer((connection) => {
        reached++
        connection.destroy()
      })
      await new Promise<void>((resolve) => socket.listen(place.path('work/s'), resolve))
      const { data, text } = await server.call('execute_command', {
        command: `cat a/b/.mcp.json repo/.cursor/mcp.json; echo x > a/b/.mcp.json
        cd repo; echo 'touch ${place.path('work/pwned')}' > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout; mv .git x
        echo one > one; git add .; git commit -qm one && git checkout -qb two && git log -1 --format='%an did %s'
        cd ..; git init -q fresh; echo x > fresh/.git/hooks/pre-push
        node -e "require('net').connect('s').on('connect',()=>console.log('reached')).on('error',(e)=>console.log(e.code))"`,
      })
      expect(String(data?.output)).not.toContain('sk-canary')
      for (const line of ['Ana did one', 'EPERM']) expect(String(data?.output).split('\n')).toContain(line)
      expect(data?.appeared).toEqual(expect.arrayContaining([place.path('work/fresh/.git/hooks/pre-push')]))
      expect(text).toContain('fresh/.git/hooks/pre-push')
      expect(reached).toBe(0)
      git(place, 'checkout', '--quiet', '-b', 'three')
      expect(existsSync(place.path('work/pwned'))).toBe(false)
      expect(place.read('work/a/b/.mcp.json')).toBe('{"key":"sk-canary"}')
      const status = await server.call('bridge_status')
      expect(status.text).toContain('fresh/.git/hooks/pre-push')
      expect(status.data?.sandbox).toMatchObject({ memory_bytes: 4 * 1024 ** 3, processes: 512, tmp_bytes: 1024 ** 3 })
      socket.close()
      await server.end()
      place.write('.mcp-twin/mcp-twin.json', `{"version":1,"servers":{},"bridge":{"roots":["${place.path('work')}"],"terminal":"sandbox"}}`)
      const { stdout } = await cli(place, ['doctor', '--check', 'bridge-appeared'])
      expect(stdout).toContain('fresh/.git/hooks/pre-push')
    })
    it('keeps closed what is mounted in an allowed folder', async () => {
      const place = scratch()
      mkdirSync(place.path('work/mounted'), { recursive: true })
      mkdirSync(place.path('work/home'))
      place.write('.ssh/id', 'sk-canary')
      // Only root mounts; an ordinary user is one in a namespace of its own, and then itself again.
      const mount = `mount --bind ${place.path('.ssh')} ${place.path('work/mounted')} && mount --bind ${place.home} ${place.path('work/home')} && exec unshare --user --map-user=1000 --map-group=1000 "$@"`
      const before = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh']
      const server = await start(place, before)
      const { data } = await server.call('execute_command', {
        command: 'cat mounted/id home/.ssh/id; ls -A mounted home/.ssh; echo x > mounted/x; id -u',
      })
      expect(String(data?.output)).toMatch(/^1000$/m)
      expect(String(data?.output)).not.toMatch(/sk-canary|^id$/m)
      expect(existsSync(place.path('.ssh/x'))).toBe(false)
      await server.end()
    })
  },
)

describeUnless(process.getuid?.() === 0 ? null : 'only root can try this', 'the built bridge of root with terminal: sandbox', () => {
  it('runs nothing, and says why', async () => {
    const place = scratch()
    mkdirSync(place.path('work'))
    const server = await greeted({ command: nodePath, args: serve(place), env: place.env, cwd: place.root }, 'tester')
    const { tools } = (await server.ask('tools/list')) as { tools: { name: string }[] }
    expect(tools.map(({ name }) => name)).not.toContain('execute_command')
    const { refused, text } = await server.call('execute_command', { command: 'touch made' })
    expect([refused, text]).toEqual([true, expect.stringMatching(/sandbox does not hold.*root.*ordinary user/)])
    expect(existsSync(place.path('work/made'))).toBe(false)
    expect((await server.call('bridge_status')).text).toMatch(/The terminal is off: .*root/)
    await server.end()
    place.write('.mcp-twin/mcp-twin.json', '{"version":1,"servers":{},"bridge":{"terminal":"sandbox"}}')
    const { stdout } = await cli(place, ['doctor', '--check', 'bridge-terminal'])
    expect(stdout).toMatch(/cannot confine root/)
  })
})
