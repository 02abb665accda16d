import type { ClientDefinition } from '../../model/client.ts'
import { claudeCode } from './claude-code.ts'
import { claudeCodeConfig } from './claude-code-config.ts'
import { claudeDesktop } from './claude-desktop.ts'
import { cursor } from './cursor.ts'

/** Every client there is, in the order of reports. To add one: a file beside this one, and its line here. */
export const clients: readonly ClientDefinition[] = [claudeDesktop, claudeCode, claudeCodeConfig, cursor]

/** The client of that id, or null. */
export const clientById = (id: string): ClientDefinition | null => clients.find((client) => client.id === id) ?? null
