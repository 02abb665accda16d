import { clients } from './clients/index.ts'

/**
 * Files and folders of a project in which an entry means a program that is started: MCP servers, hooks, agents that bring
 * servers of their own. Relative to any folder of a project, with `/`; `*` stands for a part of one name; a folder means
 * everything in it. Whoever may write there runs programs of their choice (CVE-2025-54135), and servers' entries hold
 * keys. Sources: the vendors' documentation as gathered by neon-solutions/add-mcp:src/agents.ts, zed.dev/docs/worktree-trust,
 * docs.roocode.com/features/mcp, kiro.dev/docs/cli/hooks, docs.continue.dev/customize/deep-dives/mcp,
 * docs.windsurf.com/windsurf/cascade/hooks, cursor.com/docs/hooks, opencode.ai/docs/config,
 * learn.microsoft.com/visualstudio/ide/mcp-servers, docs.factory.ai/cli/configuration/mcp.
 */
const ofOtherPrograms = [
  '.vs/mcp.json',
  '.idea/mcp.json',
  '.zed/settings.json',
  '.zed/tasks.json',
  '.windsurf/hooks.json',
  '.windsurf/mcp_config.json',
  '.gemini/settings.json',
  '.gemini/extensions',
  '.qwen/settings.json',
  '.copilot/mcp-config.json',
  '.github/mcp.json',
  '.github/hooks',
  '.factory/mcp.json',
  '.factory/settings*.json',
  '.roo/mcp.json',
  '.kilocode/mcp.json',
  '.trae/mcp.json',
  '.qoder/mcp.json',
  '.codebuddy/mcp.json',
  '.lingma/mcp.json',
  '.tabnine/mcp_servers.json',
  '.augment/settings*.json',
  '.amp/settings.json',
  '.kiro/settings/mcp.json',
  '.kiro/hooks',
  '.kiro/agents',
  '.amazonq/mcp.json',
  '.amazonq/cli-agents',
  '.junie/mcp/mcp.json',
  '.continue/mcpServers',
  '.opencode/opencode.json*',
  '.opencode/plugin',
  '.opencode/plugins',
  'opencode.json',
  'opencode.jsonc',
  'crush.json',
  '.crush.json',
] as const

/** The one list of files that stay closed in any folder, those of the catalogue's clients first. */
export const projectFiles: readonly string[] = [
  ...clients.flatMap(({ project, closed = [] }) => [...(project === undefined ? [] : [project.path]), ...closed]),
  ...ofOtherPrograms,
]

const inAnyFolder = new RegExp(
  `(?:^|/)(?:${projectFiles.map((path) => path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')).join('|')})(?:/|$)`,
)

/** Whether a path, relative to a project and with `/`, is one of them or lies in one. */
export const isProjectFile = (path: string): boolean => inAnyFolder.test(path)
