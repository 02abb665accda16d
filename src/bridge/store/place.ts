import {
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, sep } from 'node:path'
import { codeOf, failed } from '../base/refusal.ts'

/** File systems on which the locks or the shared memory of SQLite do not hold, by the magic numbers of statfs(2). */
const remote = new Map([
  [0x01021997, '9P'],
  [0x6a656a63, 'virtiofs'],
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
])

/** Why the store cannot be in `folder`, in words; null: it can. The folder exists. */
export function unfitFileSystem(folder: string): string | null {
  if (/^[\\/]{2}/.test(folder)) return 'a network path'
  try {
    return remote.get(statfsSync(folder).type) ?? null
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

const kinds = [
  ['isDirectory', 'a folder'],
  ['isFIFO', 'a pipe'],
  ['isSymbolicLink', 'a link'],
] as const

/** Throws a Refusal for a path where something else than an ordinary file is, before anything waits for it. */
function demandFile(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts === undefined || facts.isFile()) return
  const kind = kinds.find(([is]) => facts[is]())?.[1] ?? 'no ordinary file'
  throw failed(`${path} is ${kind}, and a file of the store belongs there. Move it away: ${moveAway(path)}`)
}

const moveAway = (path: string): string => {
  if (sep === '\\') return `move "${path}" "${path}.away"`
  const [from, to] = [path, `${path}.away`].map((each) => `'${each.replaceAll("'", "'\\''")}'`)
  return `mv ${from} ${to}`
}

/** The files of the store below `bridge/store`: numbered generations, `current`, which names one, and `changed`. */
export class StorePlace {
  readonly folder: string

  constructor(bridgeFolder: string) {
    this.folder = join(bridgeFolder, 'store')
  }

  /** Makes the folder; throws a Refusal where the file system cannot carry a store. */
  prepare(): void {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      throw failed(`${this.folder} is no folder, and the store belongs there. Move it away: ${moveAway(this.folder)}`)
    }
    this.demandFiles()
    const unfit = unfitFileSystem(this.folder)
    if (unfit !== null)
      throw failed(
        `The store cannot be in ${this.folder}: ${unfit} does not hold SQLite's locks; set MCP_TWIN_HOME to a folder on a local disk.`,
      )
  }

  get changed(): string {
    return join(this.folder, 'changed')
  }

  /** Locked by the process that salvages the store; it holds nothing. */
  get salvageLock(): string {
    return join(this.folder, 'salvage.lock')
  }

  database(generation: number): string {
    return join(this.folder, `${generation}.db`)
  }

  /**
   * Makes the file of a generation, empty and for its owner alone, where it is missing. One that is there is not even opened: closing it
   * would take from this process the locks that SQLite has on it (fcntl(2): closing any descriptor of a file releases them all).
   */
  make(generation: number): void {
    const file = this.database(generation)
    this.demandFiles(generation)
    try {
      closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600))
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }

  /** Whether the file of a generation holds nothing at all, or is missing. */
  isEmpty(generation: number): boolean {
    return (statSync(this.database(generation), { throwIfNoEntry: false })?.size ?? 0) === 0
  }

  /** The generation in use; null where none was ever made. A damaged `current` is a refusal. */
  generation(): number | null {
    let text: string
    const current = join(this.folder, 'current')
    this.demandFiles()
    try {
      text = readFileSync(current, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
    const generation = /^([1-9]\d{0,8})\.db\s*$/.exec(text)?.[1]
    if (generation === undefined)
      throw failed(`${current} does not name a store; write the newest of its .db files into it, such as "1.db".`)
    this.demandFiles(Number(generation))
    return Number(generation)
  }

  /** Throws a Refusal where something else has the name of a file of the store, or of a generation. */
  private demandFiles(generation?: number): void {
    const own = generation === undefined ? [] : ['', '-wal', '-shm'].map((end) => `${this.database(generation)}${end}`)
    for (const path of [join(this.folder, 'current'), this.changed, this.salvageLock, ...own]) demandFile(path)
  }

  /** A number that no generation has had, as far as their files tell. */
  nextGeneration(): number {
    const numbers = readdirSync(this.folder).map((name) => Number(/^(\d{1,9})\.db/.exec(name)?.[1] ?? 0))
    return Math.max(0, ...numbers) + 1
  }

  /** The generations whose files hold something, the newest first. */
  generations(): readonly number[] {
    const numbers = readdirSync(this.folder).flatMap((name) => Number(/^([1-9]\d{0,8})\.db$/.exec(name)?.[1] ?? 0))
    return numbers.filter((each) => each > 0 && !this.isEmpty(each)).sort((a, b) => b - a)
  }

  /** Copies file and log (where there is one) of a generation, to be removed by `removeCopy`. Gives up all locks that this process has on the file. */
  copy(generation: number): string {
    const copy = this.removeCopy(generation)
    copyFileSync(this.database(generation), copy)
    if (this.files(generation).log !== '') copyFileSync(`${this.database(generation)}-wal`, `${copy}-wal`)
    return copy
  }

  removeCopy(generation: number): string {
    const copy = `${this.database(generation)}.other`
    for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true })
    return copy
  }

  /** Removes a generation that was never in use. */
  remove(generation: number): void {
    for (const end of ['', '-wal', '-shm']) rmSync(`${this.database(generation)}${end}`, { force: true })
  }

  moveTo(generation: number, unique: string): void {
    const beside = join(this.folder, `current.${unique}`)
    writeFileSync(beside, `${generation}.db\n`, { mode: 0o600 })
    renameSync(beside, join(this.folder, 'current'))
  }

  /** Which file and which log have the names of a generation now. */
  files(generation: number): StoreFiles {
    const file = this.database(generation)
    return { file: identity(file), log: identity(`${file}-wal`) }
  }

  /** Differs once `current` has been replaced, or the file or the log of `generation`. Costs one look at each. */
  mark(generation: number): string {
    const facts = statSync(join(this.folder, 'current'), { throwIfNoEntry: false })
    const { file, log } = this.files(generation)
    return `${facts?.ino}:${facts?.mtimeMs} ${file} ${log}`
  }
}

/** The identities of a store's file and log; '' for one that is missing. */
export interface StoreFiles {
  readonly file: string
  readonly log: string
}

function identity(path: string): string {
  const facts = statSync(path, { bigint: true, throwIfNoEntry: false })
  return facts === undefined ? '' : `${facts.dev}:${facts.ino}`
}
