import type { ClientDefinition } from '../../model/client.ts'
import { antigravity } from './antigravity/client.ts'
import { claudeCode } from './claude-code/client.ts'
import { claudeCodeConfig } from './claude-code-config/client.ts'
import { claudeDesktop } from './claude-desktop/client.ts'
import { cline } from './cline/client.ts'
import { codex } from './codex/client.ts'
import { copilotCli } from './copilot-cli/client.ts'
import { cursor } from './cursor/client.ts'
import { devin } from './devin/client.ts'
import { junie } from './junie/client.ts'
import { kiro } from './kiro/client.ts'
import { lmStudio } from './lm-studio/client.ts'
import { opencode } from './opencode/client.ts'
import { qwenCode } from './qwen-code/client.ts'
import { vscode } from './vscode/client.ts'
import { vscodeInsiders } from './vscode-insiders/client.ts'
import { zed } from './zed/client.ts'

/** Every client there is, in the order of reports. To add one: a folder beside this file, and its line here. */
export const clients: readonly ClientDefinition[] = [
  ...[claudeDesktop, claudeCode, claudeCodeConfig, cursor],
  ...[codex, vscode, vscodeInsiders],
  ...[cline, antigravity, devin, kiro, lmStudio, junie],
  ...[copilotCli, opencode, qwenCode, zed],
]

/** The client of that id, or null. */
export const clientById = (id: string): ClientDefinition | null => clients.find((client) => client.id === id) ?? null
