import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closedBelow, closedByName, privatePaths } from '../../../src/bridge/policy/closed.ts'
import { CANARY, type Desk, desk } from '../../support/desk.ts'

let place: Desk
beforeEach(() => {
  const scratch = desk()
  place = desk({ roots: [scratch.home, scratch.A], closed: privatePaths(scratch.home, 'linux'), homes: [scratch.home] })
  Object.assign(place, { home: scratch.home, A: scratch.A })
})
afterEach(() => place.close())

const plant = (file: string): string => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, CANARY)
  return file
}

describe("a program's own config in a user's folder that is allowed as a whole", () => {
  it.each([
    '.config/zed/settings.json',
    '.config/Code/User/mcp.json',
    '.config/Code/User/settings.json',
    '.config/Code/User/profiles/x/mcp.json',
    '.config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json',
    '.config/Code - Insiders/User/mcp.json',
    '.config/VSCodium/User/settings.json',
    '.config/Windsurf/User/mcp.json',
    '.config/JetBrains/IntelliJIdea2026.1/options/llm.mcpServers.xml',
    '.config/opencode/opencode.json',
    '.config/goose/config.yaml',
    '.config/github-copilot/intellij/mcp.json',
    '.vscode-server/data/User/mcp.json',
    '.cursor/mcp.json',
    '.cursor/hooks.json',
    '.codeium/windsurf/mcp_config.json',
    '.copilot/mcp-config.json',
    '.continue/config.yaml',
    '.kiro/settings/mcp.json',
    '.junie/mcp/mcp.json',
    '.qwen/settings.json',
  ])('%s is neither read nor written', async (name) => {
    const file = plant(join(place.home, name))
    expect(await place.refused('read_file', { path: file })).toMatch(/is closed/)
    expect(await place.refused('write_file', { path: file, content: 'x' })).toMatch(/is closed/)
  })
  it('stays closed in profiles of macOS and Windows, by whatever path', () => {
    for (const path of [
      '/Users/ana/Library/Application Support/Code/User/mcp.json',
      '/Users/ana/Library/Application Support/Zed/settings.json',
      '/mnt/c/Users/Ana/AppData/Roaming/Zed/settings.json',
      '/mnt/c/Users/Ana/AppData/Roaming/Code/User/settings.json',
      'C:\\Users\\Ana\\AppData\\Roaming\\Code - Insiders\\User\\mcp.json',
      'C:\\Users\\Ana\\AppData\\Roaming\\Windsurf\\User\\mcp.json',
      'C:\\Users\\Ana\\AppData\\Roaming\\JetBrains\\IntelliJIdea2026.1\\options\\llm.mcpServers.xml',
      '/w/c/Users/Ana/.kiro/settings/mcp.json',
    ])
      expect(closedByName(path), path).toBe(true)
  })
})

describe('what holds keys, logins, histories or money in a home that is allowed as a whole', () => {
  it.each([
    ...[
      '.mcp-auth/mcp-remote-0.1/tokens.json',
      '.huggingface/token',
      '.cache/huggingface/token',
      '.aws/sso/cache/x.json',
      '.pki/nssdb/key4.db',
    ],
    ...[
      '.config/1Password/x',
      '.config/Bitwarden/data.json',
      '.config/age/keys.txt',
      '.config/containers/auth.json',
      '.config/gh/hosts.yml',
    ],
    ...[
      '.config/sops/age/keys.txt',
      '.config/rclone/rclone.conf',
      '.local/share/python_keyring/keyring_pass.cfg',
      '.local/share/keyrings/x',
    ],
    ...['.config/google-chrome/Default/Cookies', '.config/chromium/x', '.config/BraveSoftware/x', '.config/vivaldi/x', '.config/opera/x'],
    ...['.config/microsoft-edge/x', '.config/microsoft-edge-dev/x', '.mozilla/firefox/x/logins.json', '.config/mozilla/firefox/x'],
    ...['snap/firefox/common/x', 'snap/chromium/common/x', '.var/app/org.mozilla.firefox/x', '.var/app/com.google.Chrome/x'],
    ...[
      '.terraformrc',
      '.terraform.d/credentials.tfrc.json',
      '.s3cfg',
      '.boto',
      '.databrickscfg',
      '.snowflake/config.toml',
      '.kaggle/kaggle.json',
    ],
    ...[
      '.pulumi/credentials.json',
      '.fly/config.yml',
      '.config/heroku/x',
      '.netlify/config.json',
      '.vercel/auth.json',
      '.wrangler/x',
      '.kube/config',
    ],
    ...['.psql_history', '.mysql_history', '.sqlite_history', '.rediscli_history', '.lesshst', '.bash_history', '.zsh_history', '.viminfo'],
    ...[
      '.bash_history-00123.tmp',
      '.python_history',
      '.local/share/fish/fish_history',
      '.local/share/powershell/PSReadLine/x',
      '.config/nushell/history.txt',
    ],
    ...['.bitcoin/wallet.dat', '.electrum/wallets/x', '.ethereum/keystore/x', '.config/solana/id.json', '.foundry/keystores/x'],
    ...[
      '.netrc',
      '.npmrc',
      '.yarnrc.yml',
      '.pypirc',
      '.config/pip/pip.conf',
      '.m2/settings.xml',
      '.gradle/gradle.properties',
      '.authinfo.gpg',
    ],
  ])('%s is neither read, written, searched nor listed', async (name) => {
    const file = plant(join(place.home, name))
    expect(await place.refused('read_file', { path: file })).toMatch(/is closed/)
    expect(await place.refused('write_file', { path: file, content: 'x' })).toMatch(/is closed/)
    expect(await place.ok('search_text', { path: place.home, pattern: CANARY.slice(2) })).toMatch(/Nothing found/)
    expect(await place.ok('list_directory', { path: place.home, depth: 5 })).not.toContain(basename(file))
  })
  it.each([
    ...['/mnt/c/Users/Ana/AppData/Local/Google/Chrome/User Data/Default/Cookies', 'C:\\Users\\Ana\\AppData\\Local\\BraveSoftware\\x'],
    ...[
      'C:\\Users\\Ana\\AppData\\Local\\Microsoft\\Edge Beta\\User Data\\x',
      '/mnt/c/Users/Ana/AppData/Local/Vivaldi/x',
      '/mnt/c/Users/Ana/NTUSER.DAT',
    ],
    ...[
      '/mnt/c/Users/Ana/AppData/Local/Packages/AnthropicPBC.Claude_fnn82j28hfe8t/x',
      '/mnt/c/Users/Ana/.mcp-auth/x',
      '/mnt/c/Users/Ana/.SSH/x',
    ],
    ...['C:\\Users\\Ana\\AppData\\Roaming\\Bitcoin\\wallet.dat', 'C:\\Users\\Ana\\AppData\\Roaming\\Mozilla\\Firefox\\x'],
    ...[
      '/Users/ana/Library/Application Support/Firefox/x',
      '/Users/ana/Library/Application Support/Google/Chrome Canary/x',
      '/Users/ana/Library/Safari/x',
    ],
    ...[
      '/Users/ana/Library/Group Containers/2BUA8C4S2C.com.1password/x',
      '/home/other/.ssh/id',
      '/root/.aws/credentials',
      '/var/home/ana/.gnupg/x',
    ],
    ...['\\\\wsl.localhost\\Ubuntu\\home\\ana\\.ssh\\id', '\\\\wsl$\\Ubuntu\\root\\.bash_history'],
  ])('%s of a home that is known by its path alone', (path) => {
    expect(closedByName(path)).toBe(true)
  })
  it.each(['/home/ana/work/ssh', '/home/ana/.config/mine', '/srv/root/.ssh.md', '/home/.ssh-notes/x', '/srv/home/ana/.aws/x'])(
    '%s is nothing of that kind',
    (path) => {
      expect(closedByName(path)).toBe(false)
    },
  )
})

describe('what starts programs when a project is opened', () => {
  const files = [
    '.mcp.json',
    '.vscode/mcp.json',
    '.claude/settings.json',
    '.claude/settings.work.json',
    '.cursor/hooks.json',
    '.gemini/settings.json',
    '.codex/config.toml',
    '.codex/hooks.json',
    '.zed/settings.json',
    '.windsurf/hooks.json',
    '.roo/mcp.json',
    '.kiro/settings/mcp.json',
    '.kiro/hooks/on-save.kiro.hook',
    '.continue/mcpServers/new.yaml',
    '.junie/mcp/mcp.json',
    '.amazonq/mcp.json',
    '.opencode/opencode.json',
    'opencode.json',
  ]
  it.each(files)('%s is closed in any folder', async (name) => {
    const file = plant(join(place.A, 'deep', 'project', name))
    expect(await place.refused('read_file', { path: file })).toMatch(/is closed/)
    expect(await place.refused('write_file', { path: join(place.A, 'new', name), content: '{}' })).toMatch(/is closed/)
  })
  it.each(files.filter((name) => name.includes('/')))('%s is not made by giving a folder its name', async (name) => {
    const [first = '', ...rest] = name.split('/')
    plant(join(place.A, 'plain', ...rest))
    expect(await place.refused('move_file', { source: join(place.A, 'plain'), destination: join(place.A, first) })).toMatch(/closed/)
  })
  it('is closed by the folder directly above it, at any depth', () => {
    expect(closedBelow('/srv/p/.kiro/settings')).toEqual(['/srv/p/.kiro/settings/mcp.json'])
    expect(closedBelow('/srv/p/settings')).toEqual([])
    expect(closedBelow('/srv/p/.junie')).toEqual(['/srv/p/.junie/mcp/mcp.json'])
  })
  it('leaves similar names open', async () => {
    for (const name of ['mcp.json', 'settings.json', 'zed/settings.json', '.kiro/steering/a.md', '.vscode/tasks.json', 'my-opencode.json'])
      expect(await place.ok('read_file', { path: plant(join(place.A, name)) })).toBe(CANARY)
  })
})

describe('a closed folder whose name holds a backslash', () => {
  it('is closed with all that is in it', async () => {
    const closed = join(place.A, 'a\\b')
    const odd = desk({ roots: [place.A], closed: [closed] })
    expect(await odd.refused('read_file', { path: plant(join(closed, 'f')) })).toMatch(/is closed/)
    await odd.close()
  })
})
