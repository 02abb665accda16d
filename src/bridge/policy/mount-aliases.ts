/** A mount as /proc/self/mountinfo tells it: proc_pid_mountinfo(5). */
interface Mount {
  readonly device: string
  /** The folder of the file system that is mounted here. */
  readonly root: string
  readonly point: string
}

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))

function readMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, , device, root, point] = line.split(' ')
    return device === undefined || root === undefined || point === undefined
      ? []
      : [{ device, root: unescaped(root), point: unescaped(point) }]
  })
}

/** Returns the rest of a path behind a folder: '' for the folder itself, else with a slash in front. Null: the path is elsewhere. */
function rest(path: string, folder: string): string | null {
  if (path === folder) return ''
  if (folder === '/') return path
  return path.startsWith(`${folder}/`) ? path.slice(folder.length) : null
}

const joined = (folder: string, tail: string): string => (tail === '' ? folder : folder === '/' ? tail : folder + tail)

/**
 * The other paths under which canonical paths are reached: where their file system, a folder above them, they themselves or
 * something in them is mounted a second time. Bytes that are not UTF-8 in a mount's path are not understood.
 */
export function mountAliases(mountinfo: string, paths: readonly string[]): string[] {
  const mounts = readMounts(mountinfo)
  return paths.flatMap((path) => {
    // Of those that hold a path the innermost, and of several at one place the last, covers the others.
    const own = mounts.reduce<Mount | null>(
      (best, mount) => (rest(path, mount.point) !== null && mount.point.length >= (best?.point.length ?? 0) ? mount : best),
      null,
    )
    if (own === null) return []
    const inside = joined(own.root, rest(path, own.point) ?? '')
    return mounts
      .filter((mount) => mount.device === own.device)
      .flatMap(({ root, point }) => {
        const below = rest(inside, root)
        if (below !== null) return [joined(point, below)]
        return rest(root, inside) === null ? [] : [point]
      })
      .filter((alias) => alias !== path)
  })
}
