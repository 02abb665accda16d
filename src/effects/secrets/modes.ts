import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** File systems that keep no modes of their own, and show the same made-up ones for every file. */
const WITHOUT = new Set(['9p', 'v9fs', 'drvfs', 'vfat', 'exfat', 'msdos', 'fuseblk', 'ntfs', 'ntfs3', 'cifs', 'smb3', 'virtiofs'])
/** `/proc/self/mounts` writes blanks and the like in octal. */
const plain = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/**
 * Do the mode bits of this path mean anything? On Windows they do not; on a Windows drive seen from WSL only when it
 * is mounted with `metadata` (learn.microsoft.com/windows/wsl/file-permissions).
 */
export async function hasModes(system: System, path: ReachablePath): Promise<boolean> {
  if (system.platform === 'win32') return false
  if (system.platform !== 'linux') return true
  const mounts = await system.files.read(reachable('/proc/self/mounts'))
  if (mounts === null) return true
  let best = { point: '', kind: '', options: '' }
  for (const line of Buffer.from(mounts).toString('utf8').split('\n')) {
    const [, raw = '', kind = '', options = ''] = line.split(' ')
    const point = plain(raw)
    const covers = point === '/' || path === point || path.startsWith(`${point}/`)
    if (covers && point.length >= best.point.length) best = { point, kind, options }
  }
  return !WITHOUT.has(best.kind) || best.options.split(/[,;]/).includes('metadata')
}
