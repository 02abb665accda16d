import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readText } from './kernel.ts'

/** A Windows drive as this distribution sees it. */
export interface Drive {
  readonly letter: string
  /** With a final slash. */
  readonly here: string
}

export interface Drives {
  /** With a final slash; empty when no drive is mounted. */
  readonly mountRoot: string
  readonly drives: readonly Drive[]
  /** The drive with Windows on it. */
  readonly system: Drive | null
}

/** What `/etc/wsl.conf` sets for drives and interop, with WSL's defaults. */
export interface WslConf {
  readonly root: string
  readonly automount: boolean
  readonly interop: boolean
}

/** Reads wsl.conf, an ini file with `#` comments; keys and sections in any case. */
export function parseWslConf(text: string): WslConf {
  const found = new Map<string, string>()
  let section = ''
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[([^\]]+)\]/.exec(line)
    const pair = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*(?:#.*)?$/.exec(line)
    if (head) section = (head[1] ?? '').trim().toLowerCase()
    else if (pair) found.set(`${section}.${pair[1]?.toLowerCase()}`, (pair[2] ?? '').replace(/^"(.*)"$/, '$1'))
  }
  const off = (key: string): boolean => /^(false|0)$/i.test(found.get(key) ?? '')
  const root = found.get('automount.root') ?? '/mnt/'
  return { root: root.endsWith('/') ? root : `${root}/`, automount: !off('automount.enabled'), interop: !off('interop.enabled') }
}

/** `/proc/mounts` writes blanks and backslashes in octal. */
const fromOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** The Windows drives among the mounts: `drvfs` (WSL 1), 9p or virtiofs on behalf of drvfs (WSL 2). */
export function drivesOfMounts(text: string): Drive[] {
  return text.split('\n').flatMap((line) => {
    const [source = '', target = '', type = '', options = ''] = line.split(' ').map(fromOctal)
    const ours = type === 'drvfs' || (type === '9p' && /aname=drvfs/.test(options)) || (type === 'virtiofs' && /^drvfs/.test(source))
    const letter = /^([A-Za-z]):/.exec(source)?.[1] ?? /path=([A-Za-z]):/.exec(options)?.[1] ?? /\/([a-z])$/.exec(target)?.[1]
    return ours && letter !== undefined ? [{ letter: letter.toUpperCase(), here: target.endsWith('/') ? target : `${target}/` }] : []
  })
}

const isFile = async (system: System, path: string): Promise<boolean> =>
  (await system.files.look(reachable(path), 'follow'))?.kind === 'file'

/** The first of the drives that holds a Windows. */
async function systemDrive(system: System, drives: readonly Drive[]): Promise<Drive | null> {
  const cFirst = [...drives].sort((one, other) => Number(other.letter === 'C') - Number(one.letter === 'C'))
  for (const drive of cFirst) if (await isFile(system, `${drive.here}Windows/System32/cmd.exe`)) return drive
  return null
}

/**
 * Finds where this distribution has the Windows drives: by what is mounted, since wsl.conf may have changed after the
 * last start; if the mounts do not show it, by a Windows folder below the root that wsl.conf names.
 */
export async function findDrives(system: System): Promise<Drives> {
  const [mounts, conf] = await Promise.all([readText(system, '/proc/mounts'), readText(system, '/etc/wsl.conf')])
  const root = parseWslConf(conf).root
  const mounted = drivesOfMounts(mounts)
  const regular = mounted.filter((drive) => drive.here.toLowerCase().endsWith(`/${drive.letter.toLowerCase()}/`))
  const first = await systemDrive(system, regular)
  if (first !== null) {
    const mountRoot = first.here.slice(0, -2)
    return { mountRoot, drives: regular.filter((drive) => drive.here === `${mountRoot}${drive.letter.toLowerCase()}/`), system: first }
  }
  const names = (await system.files.list(reachable(root))).filter((name) => /^[a-z]$/.test(name))
  const guessed = names.map((name) => ({ letter: name.toUpperCase(), here: `${root}${name}/` }))
  const found = await systemDrive(system, guessed)
  return found === null ? { mountRoot: '', drives: [], system: null } : { mountRoot: root, drives: [found], system: found }
}
