import { readFileSync } from 'node:fs'
import { codeOf } from '../refusal.ts'

/** What a process holds in memory of its own, in bytes; 0 where that is not told. */
export function memoryOf(pid: number | undefined): number {
  try {
    return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch (error) {
    if (codeOf(error) === '') throw error
    return 0
  }
}
