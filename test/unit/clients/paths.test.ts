import { describe, expect, it } from 'vitest'
import { clientById, clients } from '../../../src/catalog/clients/index.ts'
import { native } from '../../../src/model/path.ts'
import { linux, macos, ubuntu, windows } from '../../support/launches.ts'

describe('where clients have their files', () => {
  it('is this', () => {
    const rows = clients.flatMap((client) =>
      [windows, ubuntu, linux, macos]
        .filter((environment) => client.environments.includes(environment.kind))
        .map(
          (environment) =>
            `${client.id} ${environment.kind}${client.always.includes(environment.kind) ? ' always' : ''}${client.onlyNamed?.includes(environment.kind) ? ' only-named' : ''}: ${client.file(environment)}`,
        ),
    )
    expect(rows).toMatchInlineSnapshot(`
      [
        "claude-desktop windows always: C:\\Users\\Ana Ruiz\\AppData\\Roaming\\Claude\\claude_desktop_config.json",
        "claude-desktop linux: /home/ana/.config/Claude/claude_desktop_config.json",
        "claude-desktop macos always: /Users/ana/Library/Application Support/Claude/claude_desktop_config.json",
        "claude-code windows only-named: C:\\Users\\Ana Ruiz\\.claude.json",
        "claude-code wsl always: /home/ana/.claude.json",
        "claude-code linux always: /home/ana/.claude.json",
        "claude-code macos always: /Users/ana/.claude.json",
        "claude-code-config wsl always: /home/ana/.config/claude/claude_code_config.json",
        "claude-code-config linux always: /home/ana/.config/claude/claude_code_config.json",
        "cursor windows: C:\\Users\\Ana Ruiz\\.cursor\\mcp.json",
        "cursor wsl: /home/ana/.cursor/mcp.json",
        "cursor linux: /home/ana/.cursor/mcp.json",
        "cursor macos: /Users/ana/.cursor/mcp.json",
        "codex windows: C:\\Users\\Ana Ruiz\\.codex\\config.toml",
        "codex wsl: /home/ana/.codex/config.toml",
        "codex linux: /home/ana/.codex/config.toml",
        "codex macos: /Users/ana/.codex/config.toml",
        "vscode windows: C:\\Users\\Ana Ruiz\\AppData\\Roaming\\Code\\User\\mcp.json",
        "vscode wsl: /home/ana/.vscode-server/data/User/mcp.json",
        "vscode linux: /home/ana/.config/Code/User/mcp.json",
        "vscode macos: /Users/ana/Library/Application Support/Code/User/mcp.json",
        "vscode-insiders windows: C:\\Users\\Ana Ruiz\\AppData\\Roaming\\Code - Insiders\\User\\mcp.json",
        "vscode-insiders wsl: /home/ana/.vscode-server-insiders/data/User/mcp.json",
        "vscode-insiders linux: /home/ana/.config/Code - Insiders/User/mcp.json",
        "vscode-insiders macos: /Users/ana/Library/Application Support/Code - Insiders/User/mcp.json",
        "cline windows: C:\\Users\\Ana Ruiz\\.cline\\data\\settings\\cline_mcp_settings.json",
        "cline wsl: /home/ana/.cline/data/settings/cline_mcp_settings.json",
        "cline linux: /home/ana/.cline/data/settings/cline_mcp_settings.json",
        "cline macos: /Users/ana/.cline/data/settings/cline_mcp_settings.json",
        "antigravity windows: C:\\Users\\Ana Ruiz\\.gemini\\config\\mcp_config.json",
        "antigravity wsl: /home/ana/.gemini/config/mcp_config.json",
        "antigravity linux: /home/ana/.gemini/config/mcp_config.json",
        "antigravity macos: /Users/ana/.gemini/config/mcp_config.json",
        "devin windows: C:\\Users\\Ana Ruiz\\AppData\\Roaming\\devin\\mcp_config.json",
        "devin wsl: /home/ana/.config/devin/mcp_config.json",
        "devin linux: /home/ana/.config/devin/mcp_config.json",
        "devin macos: /Users/ana/.config/devin/mcp_config.json",
        "kiro windows: C:\\Users\\Ana Ruiz\\.kiro\\settings\\mcp.json",
        "kiro wsl: /home/ana/.kiro/settings/mcp.json",
        "kiro linux: /home/ana/.kiro/settings/mcp.json",
        "kiro macos: /Users/ana/.kiro/settings/mcp.json",
        "lm-studio windows: C:\\Users\\Ana Ruiz\\.lmstudio\\mcp.json",
        "lm-studio wsl: /home/ana/.lmstudio/mcp.json",
        "lm-studio linux: /home/ana/.lmstudio/mcp.json",
        "lm-studio macos: /Users/ana/.lmstudio/mcp.json",
        "junie windows: C:\\Users\\Ana Ruiz\\.junie\\mcp\\mcp.json",
        "junie wsl: /home/ana/.junie/mcp/mcp.json",
        "junie linux: /home/ana/.junie/mcp/mcp.json",
        "junie macos: /Users/ana/.junie/mcp/mcp.json",
        "copilot-cli windows: C:\\Users\\Ana Ruiz\\.copilot\\mcp-config.json",
        "copilot-cli wsl: /home/ana/.copilot/mcp-config.json",
        "copilot-cli linux: /home/ana/.copilot/mcp-config.json",
        "copilot-cli macos: /Users/ana/.copilot/mcp-config.json",
        "opencode windows: C:\\Users\\Ana Ruiz\\.config\\opencode\\opencode.json",
        "opencode wsl: /home/ana/.config/opencode/opencode.json",
        "opencode linux: /home/ana/.config/opencode/opencode.json",
        "opencode macos: /Users/ana/.config/opencode/opencode.json",
        "qwen-code windows: C:\\Users\\Ana Ruiz\\.qwen\\settings.json",
        "qwen-code wsl: /home/ana/.qwen/settings.json",
        "qwen-code linux: /home/ana/.qwen/settings.json",
        "qwen-code macos: /Users/ana/.qwen/settings.json",
        "zed windows: C:\\Users\\Ana Ruiz\\AppData\\Roaming\\Zed\\settings.json",
        "zed wsl: /home/ana/.config/zed/settings.json",
        "zed linux: /home/ana/.config/zed/settings.json",
        "zed macos: /Users/ana/.config/zed/settings.json",
      ]
    `)
  })
  it('moves with CLAUDE_CONFIG_DIR', () => {
    const moved = { ...ubuntu, claudeConfigDir: native('/home/ana/cfg') }
    expect(clientById('claude-code')?.file(moved)).toBe('/home/ana/cfg/.claude.json')
    expect(clientById('claude-code')?.folder?.(moved)).toBe('/home/ana/cfg')
  })
  it('knows no client that is not there', () => expect(clientById('emacs')).toBeNull())
})

describe('Claude Code', () => {
  it('takes only some names', () => {
    const fits = (name: string) => clientById('claude-code')?.nameFits(name)
    expect(['tavily', 'my_server-2'].map(fits)).toEqual([true, true])
    expect(['a b', 'a.b', 'github.com/o/r', 'workspace', 'Claude Browser', '', '한국'].map(fits)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
