import { describe, expect, it } from 'vitest'
import { identities, startedPackage, startedWords } from '../../../src/core/launch/what.ts'

describe('what a command starts', () => {
  it.each<[string, string | null]>([
    ['uvx blender-mcp', 'blender-mcp'],
    ['uvx --python 3.12 mcp-server-git --repository x', 'mcp-server-git'],
    ['uvx --from git+https://x.example/a serve', 'git+https://x.example/a'],
    ['uvx --from=pkg==1.2 serve', 'pkg==1.2'],
    ['pipx run --spec pkg serve', 'pkg'],
    ['docker run -i --rm -e KEY mcp/github:1', 'mcp/github:1'],
    ['docker.exe run --rm -i --env KEY=1 --mount type=bind,src=/a,dst=/b ghcr.io/a/b stdio', 'ghcr.io/a/b'],
    ['podman container run --env=K=1 quay.io/a', 'quay.io/a'],
    ['docker compose up', null],
    ['node server.js', null],
    ['uvx', null],
  ])('%s', (line, started) => {
    const [command, ...args] = line.split(' ')
    expect(startedPackage({ ...(command === undefined ? {} : { command }), args })).toBe(started)
  })

  it('is shown beside its runner', () => {
    expect(startedWords({ command: '/usr/bin/uvx', args: ['blender-mcp'] })).toBe('uvx blender-mcp')
    expect(startedWords({ command: 'node', args: ['x.js'] })).toBe('node')
    expect(startedWords({ package: 'a@1' })).toBe('a@1')
  })

  it('is the same under any name and version', () => {
    expect(identities({ package: '@a/b@1.2.3' })).toEqual(['@a/b'])
    expect(identities({ command: 'docker', args: ['run', 'ghcr.io/a/b:2'] })).toEqual(['ghcr.io/a/b'])
    expect(identities({ url: 'https://X.example/mcp/?k=1' })).toEqual(['https://x.example/mcp'])
    expect(identities({ on: { windows: { command: 'uvx', args: ['a@2'] } } })).toEqual(['a'])
  })
})
