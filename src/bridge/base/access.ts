import { accessSync, statSync } from 'node:fs'
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

/** Which file stands at a path, with which content: another word once it was changed or replaced. Takes microseconds. */
export function versionOf(path: string): string {
  try {
    const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true })
    return [dev, ino, size, ctimeNs].join(':')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return codeOf(error)
  }
}
