import { describe, expect, it } from 'vitest'
import { asPackage, fetchesPackages } from '../../../src/core/launch/project-runner.ts'

const env = { K: '${secret:K}' }

describe("a project's command with keys that fetches a package", () => {
  it.each<[string, string[], object]>([
    ['npx', ['-y', 'x@1.0.0', '--a', '${env:B}'], { package: 'x@1.0.0', args: ['--a', '${env:B}'] }],
    ['C:\\Program Files\\nodejs\\npx.cmd', ['x'], { package: 'x' }],
    ['/opt/node/bin/npx', ['-y', '-p', '@a/b', 'c'], { package: '@a/b', bin: 'c' }],
    ['cmd', ['/c', 'npx', '-y', 'x'], { package: 'x' }],
    ['cmd.exe', ['/d', '/s', '/C', 'npx -y x --a'], { package: 'x', args: ['--a'] }],
    ['sh', ['-c', 'exec npx -y x'], { package: 'x' }],
    ['bunx', ['x'], { package: 'x' }],
    ['pnpm', ['dlx', 'x'], { package: 'x' }],
    ['npm', ['exec', '-y', '--', 'x'], { package: 'x' }],
    ['npx -y x@1.0.0', ['--a'], { package: 'x@1.0.0', args: ['--a'] }],
  ])('is read as that package: %s %j', (command, args, expected) =>
    expect(asPackage({ command, args, env, description: 'd' })).toEqual({ ...expected, env, description: 'd' }),
  )

  it('stays as typed without a key, or where it names no plain package', () => {
    for (const server of [
      { command: 'npx', args: ['-y', 'x'], env: { A: '1' } },
      { command: 'npx', args: ['-y', '$${secret:K}'] },
      { command: 'npx', args: ['-y', '${secret:K}'] },
      { command: 'npx', args: ['--registry=https://r.example', 'x'], env },
      { command: 'node', args: ['./server.js'], env },
      { url: 'https://x.example', headers: { A: '${secret:K}' } },
    ])
      expect(asPackage(server)).toBe(server)
  })
})

describe('a command line', () => {
  it.each([
    ['npx', '--registry=https://r.example', 'x'],
    ['npx', '-y', 'github:owner/repo'],
    ['/usr/bin/env', '-S', 'npx -y x'],
    ['sudo', 'bunx', 'x'],
    ['bash', '-c', 'cd sub && npx x'],
    ['bash', '-c', 'n\\px x'],
    ['cmd', '/c', 'n^px', 'x'],
    ['sh', '-c', "n'p'x x"],
    ['wsl.exe', '-e', 'npx', 'x'],
    ['powershell', '-Command', '& { npx x }'],
    ['node', '/usr/lib/node_modules/npm/bin/npx-cli.js', 'x'],
    ['node', '/usr/lib/node_modules/npm/bin/npm-cli.js', 'exec', 'x'],
    ['corepack', 'pnpm@9', 'dlx', 'x'],
    ['npm', '--prefix', '.', 'exec', 'x'],
    ['npm', 'ci'],
    ['sh', '-c', 'npm install; node server.js'],
    ['yarnpkg', 'dlx', 'x'],
    ['deno', 'run', '-A', 'npm:x@1.0.0'],
    ['${path:./bin/npx}', 'x'],
    ['NPX.CMD', 'x'],
  ])('that fetches packages is found: %s %s %s', (command, ...args) => expect(fetchesPackages({ command, args })).toBe(true))

  it.each([
    ['node', './server.js'],
    ['npm', 'run', 'serve'],
    ['npm', 'start', '--', 'install'],
    ['pnpm', 'exec', 'tool'],
    ['bun', 'server.ts', '--name', 'x'],
    ['deno', 'run', 'main.ts'],
    ['docker', 'run', '-i', 'image'],
    ['uvx', 'tool'],
    ['./node_modules/.bin/tool', '--npx'],
    ['python', '-m', 'npxlib'],
  ])('that fetches none is not: %s %s %s', (command, ...args) => expect(fetchesPackages({ command, args })).toBe(false))
})
