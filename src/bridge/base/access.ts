import { accessSync, statSync } from 'node:fs'
import { codeOf } from './refusal.ts'

/** Returns '' if a path is accessible with `mode` (`constants.R_OK` and its like), else the errno. */
export function accessTrouble(path: string, mode: number): string {
  try {
    accessSync(path, mode)
    return ''
  } catch (error) {
    if (codeOf(error) === '') throw error
    return codeOf(error)
  }
}

/** A stamp of the file at a path that changes when the file is changed or replaced; an errno where there is none. Takes microseconds. */
export function versionOf(path: string): string {
  try {
    const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true })
    return [dev, ino, size, ctimeNs].join(':')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return codeOf(error)
  }
}
