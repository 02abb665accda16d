import { hasEnded, parseProcessStat, type ProcessStat } from '../../core/process-stat.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Who holds a lock. Encoded in the name of the one file in the lock's folder, so that a takeover is one rename. */
export interface LockHolder {
  readonly side: string
  readonly pid: number
  /** Where process ids mean the same: one running kernel and one pid namespace of it. Empty where unknown. */
  readonly machine: string
  /** When the process started, in the kernel's own ticks; empty where unknown. */
  readonly start: string
  /** Makes every holding of a lock unlike all others. */
  readonly nonce: string
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[~*'!()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

const prefix = 'holder'

/** The file name of a holder; no character of it is special on Windows. */
export const holderName = ({ side, pid, machine, start, nonce }: LockHolder): string =>
  [prefix, encode(side), pid, encode(machine), encode(start), nonce].join('~')

/** Reads a holder's file name; null for any other name. */
export function readHolder(name: string): LockHolder | null {
  const [word, side, pid, machine, start, nonce, ...rest] = name.split('~')
  if (
    word !== prefix ||
    side === undefined ||
    pid === undefined ||
    machine === undefined ||
    start === undefined ||
    !nonce ||
    rest.length > 0
  )
    return null
  if (!/^\d{1,10}$/.test(pid) || !/^[0-9a-f]+$/.test(nonce)) return null
  try {
    const holder = {
      side: decodeURIComponent(side),
      pid: Number(pid),
      machine: decodeURIComponent(machine),
      start: decodeURIComponent(start),
      nonce,
    }
    // Only names that we would give ourselves, since a takeover renames this very file.
    return holderName(holder) === name ? holder : null
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}

const text = async (system: System, path: string): Promise<string> => {
  const bytes = await system.files.read(reachable(path))
  return bytes === null ? '' : Buffer.from(bytes).toString('utf8')
}

/** Null where there is no such process, or the platform has no /proc. */
async function processOf(system: System, pid: number): Promise<ProcessStat | null> {
  return system.platform === 'linux' ? parseProcessStat(await text(system, `/proc/${pid}/stat`)) : null
}

async function machineOf(system: System): Promise<string> {
  if (system.platform !== 'linux') return system.platform
  const boot = (await text(system, '/proc/sys/kernel/random/boot_id')).trim()
  const namespace = /\d+/.exec((await system.files.readLink(reachable('/proc/self/ns/pid'))) ?? '')?.[0] ?? ''
  return `linux-${boot.slice(0, 8)}-${namespace}`
}

/** This process as the holder of one lock. */
export async function selfAsHolder(system: System, side: string): Promise<LockHolder> {
  const self = await processOf(system, system.pid)
  return { side, pid: system.pid, machine: await machineOf(system), start: self?.start ?? '', nonce: system.random(6) }
}

/**
 * True when the holder's process, on this side and this running machine, has surely ended. Of a holder elsewhere
 * nothing is known but the age of its lock.
 */
export async function hasHolderEnded(system: System, holder: LockHolder, self: LockHolder): Promise<boolean> {
  if (holder.side !== self.side || holder.machine !== self.machine) return false
  if (!system.isAlive(holder.pid)) return true
  const found = await processOf(system, holder.pid)
  return found !== null && hasEnded(found, holder.start)
}
