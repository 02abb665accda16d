import {
  closeSync,
  constants,
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
import { join } from 'node:path'
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

/** The files of the store below `bridge/store`: numbered generations, `current`, which names one, and `changed`. */
export class StorePlace {
  readonly folder: string

  constructor(bridgeFolder: string) {
    this.folder = join(bridgeFolder, 'store')
  }

  /** Makes the folder; throws a Refusal where the file system cannot carry a store. */
  prepare(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
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

  /** Makes the file of a generation, empty and for its owner alone, where it is missing. */
  make(generation: number): void {
    closeSync(openSync(this.database(generation), constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600))
  }

  /** Whether the file of a generation holds nothing at all, or is missing. */
  isEmpty(generation: number): boolean {
    return (statSync(this.database(generation), { throwIfNoEntry: false })?.size ?? 0) === 0
  }

  /** The generation in use; null where none was ever made. A damaged `current` is a refusal. */
  generation(): number | null {
    let text: string
    try {
      text = readFileSync(join(this.folder, 'current'), 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
    const generation = /^([1-9]\d{0,8})\.db\s*$/.exec(text)?.[1]
    if (generation === undefined)
      throw failed(`${join(this.folder, 'current')} does not name a store; write the newest of its .db files into it, such as "1.db".`)
    return Number(generation)
  }

  /** A number that no generation has had, as far as their files tell. */
  nextGeneration(): number {
    const numbers = readdirSync(this.folder).map((name) => Number(/^(\d{1,9})\.db/.exec(name)?.[1] ?? 0))
    return Math.max(0, ...numbers) + 1
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

  /** Differs once `current` has been replaced. Costs one look at a file. */
  mark(): string {
    const facts = statSync(join(this.folder, 'current'), { throwIfNoEntry: false })
    return facts === undefined ? '' : `${facts.ino}:${facts.mtimeMs}`
  }
}
