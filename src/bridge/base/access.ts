import { accessSync, lstatSync, statSync } from 'node:fs'
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

/**
 * Returns a stamp of the file at a path that changes when the file is changed or replaced, else the errno. Takes microseconds. `itself`: of
 * a link, not of what it leads to.
 */
export function versionOf(path: string, which: 'target' | 'itself' = 'target'): string {
  try {
    // An exception would take ten times as long as the stat, and every call of a tool comes here.
    const stat = (which === 'itself' ? lstatSync : statSync)(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? 'ENOENT' : [stat.dev, stat.ino, stat.size, stat.ctimeNs].join(':')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return codeOf(error)
  }
}
