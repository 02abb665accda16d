import { constants } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { accessTrouble } from '../access.ts'
import type { Policy } from '../policy/policy.ts'
import { onDrive } from '../policy/spelling.ts'
import type { Settings } from '../settings.ts'
import { commandEnvironment } from './environment.ts'
import { probeSandbox } from './probe.ts'
import { sandboxWords } from './sandbox.ts'
import { callFilter } from './sandbox-filter.ts'
import { type FolderPlan, writableFolder } from './sandbox-folders.ts'

const places = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'] as const
/** The program that makes the sandbox; null: it is not installed. Whether it may do so is known only when it is tried. */
export const sandboxProgram = (): string | null => places.find(isProgram) ?? null

/** In the sandbox these lead nowhere or to something that must not be reached. */
const withheld = [
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'WSL_INTEROP',
  'TMPDIR',
  'TEMP',
  'TMP',
] as const

/** The sandbox of `terminal: sandbox`: bubblewrap, tried once with a canary. Where it does not hold nothing is run. */
export class Wall {
  trouble: string | null = null
  private readonly settings: Settings
  private readonly policy: Policy
  private tried: Promise<boolean> | undefined
  private filter: string | null = null

  constructor(settings: Settings, policy: Policy) {
    this.settings = settings
    this.policy = policy
  }

  holds(): Promise<boolean> {
    this.tried ??= this.attempt()
    return this.tried
  }

  /** Words to put before a command that runs in a folder. */
  async words(cwd: string): Promise<string[]> {
    const program = sandboxProgram()
    if (program === null) throw new Error('bubblewrap has gone since it was tried')
    return sandboxWords({ program, ...(await this.folders()), cwd, filter: this.filter, execPath: this.settings.execPath })
  }

  private async folders(): Promise<FolderPlan> {
    const { readOnly, self } = this.settings
    const [region, place] = [await this.policy.region(), await this.policy.place()]
    return { region, readOnly, home: self.home, onDrive: (path) => onDrive(path, place) }
  }

  environment(tag: string): Record<string, string> {
    const all = commandEnvironment(this.settings.variables, tag)
    for (const name of withheld) delete all[name]
    return all
  }

  /** In our own folder, which no command sees. */
  private async layFilter(): Promise<string | null> {
    const filter = callFilter(arch())
    if (filter === null) return null
    const { folder } = this.settings
    const path = join(folder, 'sandbox.bpf')
    const beside = `${path}.${this.settings.random(4)}`
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(beside, filter, { mode: 0o600 })
    await rename(beside, path)
    return path
  }

  private async attempt(): Promise<boolean> {
    if (this.settings.platform !== 'linux') this.trouble = 'it exists on Linux and WSL only'
    else if (sandboxProgram() === null) this.trouble = 'bubblewrap is not installed (sudo apt install bubblewrap)'
    else {
      const { open } = await this.policy.region()
      const cwd = open[0] ?? '/tmp'
      try {
        this.filter = await this.layFilter()
      } catch (error) {
        this.trouble = `its filter of system calls cannot be written: ${error instanceof Error ? error.message : String(error)}`
        return false
      }
      this.trouble = await probeSandbox({
        words: await this.words(cwd),
        env: this.environment('probe'),
        folder: this.settings.folder,
        writable: writableFolder(await this.folders()),
        random: (bytes) => this.settings.random(bytes),
      })
    }
    return this.trouble === null
  }
}

const isProgram = (path: string): boolean => accessTrouble(path, constants.X_OK) === ''
