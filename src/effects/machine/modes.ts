import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** File systems that keep no modes of their own, and show the same made-up ones for every file. */
const WITHOUT = new Set([
  ...['9p', 'v9fs', 'drvfs', 'vfat', 'exfat', 'msdos', 'fuseblk', 'ntfs', 'ntfs3', 'cifs', 'smb3', 'virtiofs'],
  ...['vboxsf', 'vmhgfs', 'fuse.vmhgfs-fuse', 'prl_fs'],
])
/** `/proc/self/mounts` writes blanks and the like in octal. */
const plain = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

interface Mount {
  readonly kind: string
  readonly options: readonly string[]
}

/** What a path lies on, by Linux's own list; null where there is none. */
async function mountOf(system: System, path: ReachablePath): Promise<Mount | null> {
  const mounts = system.platform === 'linux' ? await system.files.read(reachable('/proc/self/mounts')) : null
  if (mounts === null) return null
  let best = { point: '', kind: '', options: '' }
  for (const line of Buffer.from(mounts).toString('utf8').split('\n')) {
    const [, raw = '', kind = '', options = ''] = line.split(' ')
    const point = plain(raw)
    const covers = point === '/' || path === point || path.startsWith(`${point}/`)
    if (covers && point.length >= best.point.length) best = { point, kind, options }
  }
  return { kind: best.kind, options: best.options.split(/[,;]/) }
}

/**
 * True if the mode bits of this path are real. On Windows they are not; on a Windows drive seen from WSL only if it
 * is mounted with `metadata` (learn.microsoft.com/windows/wsl/file-permissions).
 */
export async function hasModes(system: System, path: ReachablePath): Promise<boolean> {
  if (system.platform === 'win32') return false
  const mount = await mountOf(system, path)
  return mount === null || !WITHOUT.has(mount.kind) || mount.options.includes('metadata')
}

/**
 * True if owner and mode of this path say who may write it. On a Windows drive they do not, `metadata` or not: what
 * Windows made there shows 0777. Nor where only the user who mounted it has access (mount.fuse3(8), `allow_other`).
 */
export async function hasOwners(system: System, path: ReachablePath): Promise<boolean> {
  if (system.platform === 'win32') return false
  const mount = await mountOf(system, path)
  if (mount === null) return true
  const isPrivate =
    mount.kind.startsWith('fuse') && !mount.options.includes('allow_other') && mount.options.includes(`user_id=${system.uid}`)
  return !WITHOUT.has(mount.kind) && !isPrivate
}
