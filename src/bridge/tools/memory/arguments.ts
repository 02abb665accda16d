import { text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'

export const keyArgument = text({ least: 1, most: limits.memoryKeyCharacters })
export const namespaceArgument = text({ least: 1, most: limits.memoryKeyCharacters })
export const tokensArgument = whole({ least: 1, most: limits.answerTokensMost })
