import { readdirSync, statfsSync } from 'node:fs'
import { readProc } from '../../base/proc.ts'
import { codeOf } from '../../base/refusal.ts'
import type { Quotas } from '../../base/settings.ts'

const KiB = 1024
/** A file in memory takes about so much besides its content (struct inode and dentry), an empty one too. */
const inodeBytes = KiB

/** Sum of the lines of a file of /proc that name an amount in kB. */
const kilobytes = (text: string, names: RegExp): number =>
  [...text.matchAll(/^(\w+):\s+(\d+) kB$/gm)].reduce((sum, [, name = '', amount]) => (names.test(name) ? sum + Number(amount) : sum), 0)

/** The processes of a sandbox, by its own /proc: it holds no others. `pid`: its first process. Null: it has ended. */
function processesOf(proc: string): string[] | null {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

/** Bytes of a folder that lies in memory. */
function inMemory(folder: string): number {
  try {
    const { blocks, bfree, bsize, files, ffree } = statfsSync(folder)
    return (blocks - bfree) * bsize + Math.max(0, files - ffree) * inodeBytes
  } catch (error) {
    if (codeOf(error) === '') throw error
    return 0
  }
}

/** What is used up; null: nothing, or the sandbox has ended. `folders`: those of it that lie in memory, `scope`: the folder of its cgroup. */
export function exhausted(
  pid: number,
  { memoryBytes, processes }: Quotas,
  folders: readonly string[],
  scope: string | null,
): 'memory' | 'processes' | null {
  const root = `/proc/${pid}/root`
  const members = processesOf(`${root}/proc`)
  if (members === null) return null
  if (members.length > processes) return 'processes'
  if (scope !== null && /^oom_kill [1-9]/m.test(readProc(`${scope}/memory.events`))) return 'memory'
  const stored = folders.reduce((sum, folder) => sum + inMemory(root + folder), 0)
  const resident = members.map((member) => kilobytes(readProc(`${root}/proc/${member}/status`), /^(Rss(Anon|Shmem)|VmPTE)$/) * KiB)
  if (stored + total(resident) <= memoryBytes) return null
  // Pages that several processes share are counted once here, which takes longer.
  const shares = members.map((member, at) => {
    const rollup = readProc(`${root}/proc/${member}/smaps_rollup`)
    return rollup === '' ? (resident[at] ?? 0) : kilobytes(rollup, /^Pss_(Anon|Shmem)$/) * KiB
  })
  return stored + total(shares) <= memoryBytes ? null : 'memory'
}

const total = (amounts: readonly number[]): number => amounts.reduce((sum, each) => sum + each, 0)
