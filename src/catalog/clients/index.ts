import type { ClientDefinition } from '../../model/client.ts'
import { claudeCode } from './claude-code/client.ts'
import { claudeCodeConfig } from './claude-code-config/client.ts'
import { claudeDesktop } from './claude-desktop/client.ts'
import { codex } from './codex/client.ts'
import { cursor } from './cursor/client.ts'
import { vscode } from './vscode/client.ts'
import { vscodeInsiders } from './vscode-insiders/client.ts'

/** Every client there is, in the order of reports. To add one: a folder beside this file, and its line here. */
export const clients: readonly ClientDefinition[] = [
  ...[claudeDesktop, claudeCode, claudeCodeConfig, cursor],
  ...[codex, vscode, vscodeInsiders],
]

/** The client of that id, or null. */
export const clientById = (id: string): ClientDefinition | null => clients.find((client) => client.id === id) ?? null
