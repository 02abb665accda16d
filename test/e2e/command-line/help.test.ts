import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { parse } from '../../../src/cli/program.ts'
import { lacks, nodePath } from '../../support/machine.ts'
import { scratch } from '../../support/scratch.ts'
import { cli, cliPath } from '../../support/cli.ts'
import { itUnless } from '../../support/left-out.ts'

const place = scratch()
const names = specs.flatMap(({ name, aliases = [] }) => [name, ...aliases])

/** The words behind `mcp-twin` in an example, as a shell hands them over; pipes and redirections are the shell's. */
function wordsOf(example: string): string[] {
  const own = /(?:^|[(|] ?)(?:npx )?mcp-twin ([^|<>)]*)/.exec(example)?.[1] ?? ''
  return execFileSync('bash', ['-c', `printf '%s\\0' ${own}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

describe.each(specs.map((spec) => [spec.name, spec] as const))('the help of %s', (name, spec) => {
  it('fits 80 columns, and its examples are commands that there are', async () => {
    const { code, stdout } = await cli(place, [name, '--help'])
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([])
    const shown = spec.examples.map((example) => parse(specs, '0', wordsOf(example), { out: () => {} }))
    expect(shown.map((each) => (each.kind === 'command' ? each.spec.name : each.kind))).toContain(name)
  })
})

describe('completion', () => {
  const script = async (shell: string) => (await cli(place, ['completion', shell])).stdout
  const lines = (text: string) => text.split(/\s+/).filter((word) => word !== '')

  it('knows every command and flag in bash', async () => {
    const ask = (words: string) =>
      `COMP_WORDS=(mcp-twin ${words}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _mcp_twin; echo "\${COMPREPLY[@]}"`
    const run = (words: string, text: string) => lines(execFileSync('bash', ['-c', `${text}\n${ask(words)}`], { encoding: 'utf8' }))
    const text = await script('bash')
    expect(run('""', text)).toEqual(expect.arrayContaining(names))
    expect(run('status --desk', text)).toEqual(['--desktop-config'])
    expect(run('run --js', text)).toEqual([])
  })

  itUnless(lacks('zsh'), 'is taken by zsh', async () => {
    const text = await script('zsh')
    const load = `autoload -U compinit; compinit -u -d ${place.path('zcompdump')}\n${text}\necho $_comps[mcp-twin]`
    expect(execFileSync('zsh', ['-f', '-c', load], { encoding: 'utf8' }).trim()).toBe('_mcp_twin')
  })

  itUnless(lacks('fish'), 'knows every command and flag in fish', async () => {
    const text = await script('fish')
    const run = (line: string) =>
      execFileSync('fish', ['--no-config', '-c', `${text}\ncomplete -C'${line}'`], { encoding: 'utf8', env: place.env })
    const offered = run('mcp-twin ')
      .split('\n')
      .map((line) => line.split('\t')[0])
    expect(offered).toEqual(expect.arrayContaining(names))
    expect(run('mcp-twin status --desk').trim()).toBe('--desktop-config')
  })

  describe('of names', () => {
    const taken = scratch()
    taken.write(
      '.mcp-twin/mcp-twin.json',
      '{ // mine\n "version": 1, "servers": { "mine": { "command": "x", "env": { "A": "${secret:A_KEY}" } }, "$(touch x)": {} } }',
    )
    taken.write('.mcp-twin/cache.json', '{"environments":[{"id":"windows"},{"id":"wsl:Ubuntu"}]}')
    taken.write('project/mcp-twin.json', '{"version":1,"servers":{"of-project":{"command":"x"}}}')
    taken.write('path/mcp-twin', `#!/bin/sh\nexec ${nodePath} ${cliPath} "$@"\n`, 0o755)
    const env = { ...taken.env, PATH: `${taken.path('path')}:${taken.env.PATH}` }
    const cases = [
      ['remove ', ['mine']],
      ['secret set A', ['A_KEY']],
      ['add tav', ['tavily']],
      ['list --client claude-d', ['claude-desktop']],
      ['secret m', ['merge']],
    ] as const

    it('asks the program in bash, which starts nothing and looks at no other side', async () => {
      const text = await script('bash')
      const run = (words: string, cwd = taken.home) =>
        lines(
          execFileSync(
            'bash',
            ['-c', `${text}\nCOMP_WORDS=(mcp-twin ${words}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _mcp_twin; echo "\${COMPREPLY[@]}"`],
            { encoding: 'utf8', env, cwd },
          ),
        )
      for (const [line, words] of cases) expect(run(line.replace(/ $/, ' ""'))).toEqual(words)
      expect(run('remove ""', taken.path('project'))).toEqual(['of-project'])
      // The words as bash splits them at a colon.
      expect(run('list --on wsl : U')).toEqual(['Ubuntu'])
      expect(taken.has('x')).toBe(false)
    })

    itUnless(lacks('zsh'), 'asks the program in zsh', async () => {
      const text = `compdef() { :; }\n${await script('zsh')}`
      const run = (words: string) =>
        lines(
          execFileSync(
            'zsh',
            ['-f', '-c', `${text}\n_describe() { print -rl -- $found }\nwords=(mcp-twin ${words}); CURRENT=$#words; _mcp_twin`],
            {
              encoding: 'utf8',
              env,
              cwd: taken.home,
            },
          ),
        )
      expect(run('remove ""')).toEqual(['mine'])
      expect(run('list --on wsl:U')).toEqual(['wsl\\:Ubuntu'])
      expect(run('list --client claude-d')).toEqual(['claude-desktop:Claude', 'Desktop'])
    })

    itUnless(lacks('fish'), 'asks the program in fish', async () => {
      const text = await script('fish')
      const run = (line: string) => {
        const said = execFileSync('fish', ['-N', '-c', `${text}\ncomplete -C 'mcp-twin ${line}'`], {
          encoding: 'utf8',
          env,
          cwd: taken.home,
        })
        // Behind a tab stands what a word is.
        return said.split('\n').flatMap((each) => (each === '' ? [] : [each.split('\t')[0]]))
      }
      for (const [line, words] of cases) expect(run(line)).toEqual(words)
      expect(run('list --on wsl:U')).toEqual(['wsl:Ubuntu'])
      expect(taken.has('x')).toBe(false)
    })

    it('gives PowerShell the words of a variable, and every shell the same in JSON', async () => {
      const shown = await cli(taken, ['completion', 'powershell'], { env: { MCP_TWIN_WORDS: 'remove\n' } })
      expect(shown).toMatchObject({ code: 0, stdout: 'mine\n', stderr: '' })
      const json = await cli(taken, ['completion', 'fish', '--json', '--', 'remove', ''])
      expect(json.json).toEqual({ command: 'completion', shell: 'fish', words: ['mine'], files: false })
      expect((await cli(taken, ['completion', 'bash', '--', 'export', ''])).stdout).toBe(':files\n')
      expect((await cli(taken, ['completion', 'bash', '--', 'trust', ''])).stdout).toBe('list\nrevoke\n')
      expect((await cli(taken, ['completion', 'bash', '--', 'trust', './'])).stdout).toBe(':files\n')
    })
  })
})
