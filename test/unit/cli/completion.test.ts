import { describe, expect, it } from 'vitest'
import { families } from '../../../src/model/bridge-words.ts'
import { specs } from '../../../src/cli/specs/index.ts'
import { expected, matching } from '../../../src/commands/completion-words.ts'

const words = (line: string): string[] => line.split(' ')
const offers = (line: string) => expected(specs, words(line)).offers
const shown = (line: string, ...names: string[]) =>
  matching(
    expected(specs, words(line)),
    names.map((word) => ({ word })),
    words(line).at(-1) ?? '',
  ).map(({ word }) => word)

describe('what can be typed', () => {
  it.each([
    ['remove ', 'server'],
    ['enable a b ', 'server'],
    ['disable --on windows ', 'server'],
    ['rename a ', null],
    ['add ', 'addable'],
    ['add tavily --client ', 'client'],
    ['list --client cursor --on ', 'side'],
    ['init --server ', 'builtin'],
    ['--on ', 'side'],
    ['secret set ', 'key'],
    ['doctor --check ', 'check'],
    ['undo ', 'run'],
    ['export ', 'file'],
    ['--manifest ', 'file'],
    ['add a --command x -- ', 'file'],
    ['none ', null],
  ])('after "%s" is a %s', (line, what) => expect(offers(line)).toBe(what))

  it('after "serve --tools " is any family of tools that the bridge has', () => expect(offers('serve --tools ')).toEqual(families))

  it('is a command first, then its flags', () => {
    expect(shown('sta')).toEqual(['status'])
    expect(shown('sync --che')).toEqual(['--check'])
    expect(shown('run --js')).toEqual([])
    expect(shown('secret m')).toEqual(['merge'])
  })

  it('continues behind a comma and an equals sign, and offers nothing twice', () => {
    const clients = ['cursor', 'codex', 'claude-code']
    expect(shown('list --client cursor,c', ...clients)).toEqual(['cursor,codex', 'cursor,claude-code'])
    expect(shown('list --client=co', ...clients)).toEqual(['--client=codex'])
    expect(shown('remove a ', 'a', 'b')).toEqual(['b'])
    expect(shown('list --on wsl:U', 'wsl:Ubuntu')).toEqual(['wsl:Ubuntu'])
  })

  it('is never a word that a shell would read as anything else', () => {
    expect(shown('remove ', '$(touch x)', 'a b', '`x`', 'a;b', '*', '-rf', '~', "'", 'a\u001b[0m', 'fine')).toEqual(['fine'])
  })
})
