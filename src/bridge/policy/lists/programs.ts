import type { Group } from './group.ts'

/*
 * Where programs keep, below a user's home, what they start and hook in: MCP entries, hooks, agents that bring servers of
 * their own. Whoever can write there runs programs of their choice (CVE-2025-54135). Sources: those of catalog/project-files.ts,
 * which names the same for projects.
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

const anywhere: readonly string[] = [
  ...['.claude', '.claude.json', '.claude.json.backup', '.config/claude', '.config/Claude', '.config/devin', '.config/zed'],
  ...['.cursor/mcp.json', '.cursor/hooks.json', '.cursor/hooks', '.cursor/cli-config.json'],
  ...['.codeium', '.gemini', '.codex', '.cline', '.kiro', '.roo', '.kilocode', '.continue', '.copilot', '.junie', '.qwen', '.trae'],
  ...['.mcporter', '.warp', '.lmstudio/mcp.json', '.factory', '.augment', '.qoder', '.codebuddy', '.lingma', '.tabnine', '.aws/amazonq'],
  ...['.config/opencode', '.local/share/opencode'],
  ...['goose', 'crush', 'amp', 'github-copilot', 'JetBrains', 'mcporter'].map((name) => `.config/${name}`),
  ...['goose', 'crush', 'amp'].map((name) => `.local/share/${name}`),
  ...userOf('.config'),
  // What an editor keeps here while its window is on another side.
  ...['.vscode-server', '.vscode-server-insiders', '.vscodium-server', '.cursor-server', '.windsurf-server', '.kiro-server'].map(
    (name) => `${name}/data`,
  ),
]

const macos: readonly string[] = [
  ...['Claude', 'Zed', 'JetBrains'].map((name) => `Library/Application Support/${name}`),
  ...userOf('Library/Application Support'),
]

const windows: readonly string[] = [
  ...['Claude', 'Zed', 'JetBrains', 'Block/goose'].map((name) => `AppData/Roaming/${name}`),
  ...['Claude-Data', 'Claude-3p', 'github-copilot', 'Packages/Claude_*', 'Packages/AnthropicPBC.Claude_*'].map(
    (name) => `AppData/Local/${name}`,
  ),
  'AppData/Roaming/devin',
  ...userOf('AppData/Roaming'),
]

/** Settings of programs that start others, below a user's home. */
export const programsInHome: readonly Group[] = [{ reason: 'settings of programs that start servers and hooks', anywhere, macos, windows }]
