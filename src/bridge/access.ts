import { accessSync } from 'node:fs'
import { codeOf } from './refusal.ts'

/** What the system answers to the wish to use a path in a way (`constants.R_OK` and its like): '' where it may be used, else a code. */
export function accessTrouble(path: string, mode: number): string {
  try {
    accessSync(path, mode)
    return ''
  } catch (error) {
    if (codeOf(error) === '') throw error
    return codeOf(error)
  }
}
