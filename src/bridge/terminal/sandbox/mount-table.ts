/** One line of /proc/<pid>/mountinfo (proc(5)). */
export interface Mount {
  readonly point: string
  /** Major and minor number of its file system. */
  readonly device: string
  /** What of that file system is mounted here, as a path in it. */
  readonly root: string
  readonly type: string
}

/** Where a path lies: a file system and the path in it. Two paths with one origin are one file. */
export type Origin = Pick<Mount, 'device' | 'root'>

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8))) : text
/** The kernel escapes bytes, and names are UTF-8. */
const named = (text: string): string => Buffer.from(unescaped(text), 'latin1').toString('utf8')

const join = (folder: string, rest: string): string => (rest === '' ? folder : `${folder === '/' ? '' : folder}/${rest}`)
const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
const rest = (path: string, folder: string): string => path.slice(folder === '/' ? 1 : folder.length + 1)

/** The mounts that a process sees; of two at one place the later one is on top. */
export class MountTable {
  readonly mounts: readonly Mount[]

  /** `text`: a mountinfo file, read as latin1. */
  constructor(text: string) {
    this.mounts = text.split('\n').flatMap((line) => {
      const [fields = '', more = ''] = line.split(' - ')
      const [, , device, root, point] = fields.split(' ')
      const [type] = more.split(' ')
      if (device === undefined || root === undefined || point === undefined || type === undefined) return []
      return [{ device, root: named(root), point: named(point), type }]
    })
  }

  /** Null: no mount holds the path. */
  originOf(path: string): Origin | null {
    const found = this.mounts.reduce<Mount | null>(
      (best, each) => (isIn(path, each.point) && each.point.length >= (best?.point.length ?? 0) ? each : best),
      null,
    )
    return found === null ? null : { device: found.device, root: join(found.root, rest(path, found.point)) }
  }

  /** Mounts at places in a folder, without the folder itself. */
  below(folder: string): readonly Mount[] {
    return this.mounts.filter(({ point }) => point !== folder && isIn(point, folder))
  }
}
