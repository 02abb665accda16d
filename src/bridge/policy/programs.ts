/**
 * Where programs keep what they start and hook in: MCP entries, hooks, agents that bring their own servers. Whoever can write
 * there runs programs of their choice (CVE-2025-54135). Sources: the vendors' documentation, gathered by
 * neon-solutions/add-mcp:src/agents.ts, zed.dev/docs/worktree-trust, docs.roocode.com/features/mcp, kiro.dev/docs/cli/hooks,
 * docs.continue.dev/customize/deep-dives/mcp, docs.windsurf.com/windsurf/cascade/hooks, cursor.com/docs/hooks, opencode.ai/docs/config.
 */

/** Editors built from VS Code. Each keeps settings, `mcp.json`, profiles and what its extensions store in a folder `User`. */
const editors = [
  'Code',
  'Code - Insiders',
  'Code - OSS',
  'VSCodium',
  'VSCodium - Insiders',
  'Cursor',
  'Windsurf',
  'Windsurf - Next',
  'Kiro',
  'Trae',
  'Antigravity',
  'Positron',
] as const

const userOf = (folder: string): string[] => editors.map((editor) => `${folder}/${editor}/User`)

/** Below a user's home, on every side. */
export const programsAnywhere: readonly string[] = [
  ...['.cursor/mcp.json', '.cursor/hooks.json', '.cursor/hooks', '.cursor/cli-config.json'],
  ...['.codeium', '.gemini', '.codex', '.cline', '.kiro', '.roo', '.kilocode', '.continue', '.copilot', '.junie', '.qwen', '.trae'],
  ...['.mcporter', '.warp', '.lmstudio/mcp.json'],
  ...['zed', 'opencode', 'goose', 'crush', 'amp', 'github-copilot', 'JetBrains'].map((name) => `.config/${name}`),
  ...userOf('.config'),
  // What an editor keeps here while its window is on another side.
  ...['.vscode-server', '.vscode-server-insiders', '.vscodium-server', '.cursor-server', '.windsurf-server', '.kiro-server'].map(
    (name) => `${name}/data`,
  ),
]

export const programsOnMac: readonly string[] = [
  ...['Claude', 'Zed', 'JetBrains'].map((name) => `Library/Application Support/${name}`),
  ...userOf('Library/Application Support'),
]

export const programsOnWindows: readonly string[] = [
  ...['Claude', 'Zed', 'JetBrains', 'Block/goose'].map((name) => `AppData/Roaming/${name}`),
  ...['Claude-Data', 'Claude-3p', 'github-copilot'].map((name) => `AppData/Local/${name}`),
  ...userOf('AppData/Roaming'),
]

/** In a project, wherever it lies: files, and folders with all that is in them. */
export const programsInProjects: readonly string[] = [
  '.mcp.json',
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.cursor/mcp.json',
  '.cursor/hooks.json',
  '.vscode/mcp.json',
  '.zed/settings.json',
  '.windsurf/hooks.json',
  '.windsurf/mcp_config.json',
  '.gemini/settings.json',
  '.qwen/settings.json',
  '.codex/config.toml',
  '.codex/hooks.json',
  '.roo/mcp.json',
  '.kilocode/mcp.json',
  '.trae/mcp.json',
  '.amp/settings.json',
  '.kiro/settings/mcp.json',
  '.kiro/hooks',
  '.kiro/agents',
  '.amazonq/mcp.json',
  '.amazonq/cli-agents',
  '.junie/mcp/mcp.json',
  '.continue/mcpServers',
  '.opencode/opencode.json',
  '.opencode/opencode.jsonc',
  '.opencode/plugin',
  '.opencode/plugins',
  'opencode.json',
  'opencode.jsonc',
  'crush.json',
  '.crush.json',
]
