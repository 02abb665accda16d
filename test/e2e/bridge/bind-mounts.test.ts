import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { scratch } from '../../support/scratch.ts'

const CANARY = 'canary-bind-51c0'
const unshare = ['unshare', '--user', '--map-root-user', '--mount'] as const
const may = spawnSync(unshare[0], [...unshare.slice(1), 'mount', '--bind', '/tmp', '/mnt']).status === 0

/** A bridge in a mount namespace of its own; `mounts` are made there before it starts. */
async function bridge(mounts: (path: (name: string) => string) => readonly (readonly [from: string, to: string])[]) {
  const place = scratch()
  for (const name of ['.ssh/deep/key', '.npmrc', '.config/gh/hosts.yml']) place.write(name, `${CANARY}\n`)
  place.write('.bashrc', 'before\n')
  place.write('bin/tool', 'before\n')
  place.write('open/plain.txt', 'canary of no importance\n')
  for (const name of ['a', 'b', 'c', 'home']) mkdirSync(place.path(`open/${name}`))
  place.write('open/file', '')
  const made = mounts((name) => place.path(name)).map(([from, to]) => `mount --bind '${from}' '${to}'`)
  const script = [...made, 'exec "$@"'].join(' && ')
  const args = [
    ...unshare.slice(1),
    'sh',
    '-c',
    script,
    'sh',
    nodePath,
    cliPath,
    'serve',
    '--root',
    place.path('open'),
    '--terminal',
    'off',
  ]
  const server = await greeted({ command: unshare[0], args, env: place.env, cwd: place.root }, 't')
  const said = async (name: string, input: object): Promise<string> => {
    const { refused, text } = await server.call(name, input)
    expect(text).not.toContain(CANARY)
    return `${refused ? 'REFUSED ' : ''}${text}`
  }
  return { open: place.path('open'), said, end: () => server.end() }
}

describeUnless(may ? null : 'no namespaces of users and mounts', 'a closed folder that is mounted in an allowed one', () => {
  it.each([
    ['itself', '.ssh', 'a', 'a/deep/key'],
    ['a folder in it', '.ssh/deep', 'a', 'a/key'],
    ['a file in it', '.ssh/deep/key', 'file', 'file'],
    ['a file of the list', '.npmrc', 'file', 'file'],
    ['a folder above it', '.config', 'a', 'a/gh/hosts.yml'],
  ])('%s stays closed to every tool', async (_, from, to, file) => {
    const { open, said, end } = await bridge((path) => [[path(from), path(`open/${to}`)]])
    const path = `${open}/${file}`
    for (const [name, input] of [
      ['read_file', { path }],
      ['read_files', { paths: [path] }],
      ['file_info', { path }],
      ['write_file', { path, content: 'x' }],
      ['edit_file', { path, edits: [{ old_string: 'c', new_string: 'x' }] }],
      ['copy_file', { source: path, destination: `${open}/copy` }],
      ['move_file', { source: path, destination: `${open}/copy` }],
      ['search_text', { path, pattern: 'canary' }],
    ] as const)
      expect(await said(name, input), name).toMatch(/^REFUSED [\s\S]*(closed|not possible)/)
    expect(await said('search_text', { path: open, pattern: 'canary' })).toMatch(/plain\.txt/)
    if (to !== file) {
      const name = file.split('/').at(-1) ?? ''
      expect(await said('search_files', { path: open, glob: name })).toMatch(/Nothing found/)
      expect(await said('list_directory', { path: open, depth: 5 })).not.toContain(name)
    }
    await end()
  })
  it('a whole home keeps its closed files closed and its open ones open', async () => {
    const { open, said, end } = await bridge((path) => [[path(''), path('open/home')]])
    for (const name of ['.ssh/deep/key', '.npmrc', '.config/gh/hosts.yml'])
      expect(await said('read_file', { path: `${open}/home/${name}` })).toMatch(/^REFUSED .*closed/)
    expect(await said('read_file', { path: `${open}/home/open/plain.txt` })).toBe('canary of no importance\n')
    for (const name of ['.bashrc', 'bin/tool', 'bin/new'])
      expect(await said('write_file', { path: `${open}/home/${name}`, content: 'x' })).toMatch(/^REFUSED .*bridge\.allow/)
    expect(await said('read_file', { path: `${open}/home/bin/tool` })).toBe('before\n')
    expect(await said('search_text', { path: open, pattern: 'canary' })).toContain('home/open/plain.txt')
    await end()
  })
})
