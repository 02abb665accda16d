import type { ActionType } from '../type.ts'
import { analyzeFile } from './analyze-file.ts'
import { executeFromCode } from './execute-from-code.ts'
import { openConversation } from './open-conversation.ts'
import { saveConversation } from './save-conversation.ts'
import { switchModel } from './switch-model.ts'
import { updateMcpConfig } from './update-mcp-config.ts'

/** Every type of action. To add one: a file here and a line in this list. */
export const types: readonly ActionType[] = [openConversation, switchModel, updateMcpConfig, analyzeFile, saveConversation, executeFromCode]

/** A type by its name; null: there is none. */
export const typeNamed = (name: string): ActionType | null => types.find((type) => type.name === name) ?? null

/** Whether a person approves actions of this type, whoever asks for them. */
export const needsPerson = (name: string): boolean => typeNamed(name)?.needsPerson === true
