import { describe, expect, it } from 'vitest'
import { relocated } from '../../../src/bridge/policy/lists/relocated.ts'

const home = '/home/ana'

describe('what variables move out of a home', () => {
  it.each([
    ['XDG_CONFIG_HOME', '/data/config', 'closed', '/data/config/gh'],
    ['XDG_CONFIG_HOME', '/data/config/', 'autorun', '/data/config/git'],
    ['XDG_DATA_HOME', '/data/share', 'closed', '/data/share/keyrings'],
    ['CARGO_HOME', '/data/cargo', 'closed', '/data/cargo/credentials.toml'],
    ['CARGO_HOME', '/data/cargo', 'autorun', '/data/cargo/bin'],
    ['HF_HOME', '/data/hf', 'closed', '/data/hf/token'],
    ['GNUPGHOME', '/data/gpg', 'closed', '/data/gpg'],
    ['KUBECONFIG', '/data/one:/data/two', 'closed', '/data/two'],
    ['HISTFILE', '/data/history', 'closed', '/data/history'],
    ['GIT_CONFIG_GLOBAL', '/data/gitconfig', 'autorun', '/data/gitconfig'],
    ['ZDOTDIR', '/home/ana/.config/zdot', 'autorun', '/home/ana/.config/zdot'],
  ] as const)('%s=%s: %s %s', (variable, value, list, path) => {
    expect(relocated({ [variable]: value }, home)[list]).toContain(path)
  })
  it.each([
    ['ZDOTDIR', '/home/ana'],
    ['GNUPGHOME', '/'],
    ['CLAUDE_CONFIG_DIR', '/home'],
    ['HISTFILE', 'history'],
    ['KUBECONFIG', ''],
    ['XDG_CONFIG_HOME', '/home/ana/.config'],
  ])('%s=%s moves nothing', (variable, value) => {
    expect(relocated({ [variable]: value }, home)).toEqual({ closed: [], autorun: [] })
  })
  it('is spelled as Windows does there', () => {
    expect(relocated({ APPDATA: 'D:\\Roaming' }, 'C:\\Users\\Ana').closed).toContain('D:\\Roaming\\GitHub CLI')
    expect(relocated({ APPDATA: 'C:\\Users\\Ana\\AppData\\Roaming' }, 'C:\\Users\\Ana').closed).toEqual([])
  })
})
