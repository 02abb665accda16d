import { accessSync, constants } from 'node:fs'
import type { Policy } from '../policy/policy.ts'
import type { Settings } from '../settings.ts'
import { commandEnvironment } from './environment.ts'
import { probeSandbox } from './probe.ts'
import { sandboxWords } from './sandbox.ts'

const places = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'] as const
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
    const program = places.find(isProgram)
    if (program === undefined) throw new Error('bubblewrap has gone since it was tried')
    const { settings } = this
    return sandboxWords({
      program,
      region: await this.policy.region(),
      readOnly: settings.readOnly,
      home: settings.self.home,
      cwd,
      execPath: settings.execPath,
    })
  }

  environment(tag: string): Record<string, string> {
    const all = commandEnvironment(this.settings.variables, tag)
    for (const name of withheld) delete all[name]
    return all
  }

  private async attempt(): Promise<boolean> {
    if (this.settings.platform !== 'linux') this.trouble = 'it exists on Linux and WSL only'
    else if (places.find(isProgram) === undefined) this.trouble = 'bubblewrap is not installed (sudo apt install bubblewrap)'
    else {
      const { open } = await this.policy.region()
      const cwd = open[0] ?? '/tmp'
      this.trouble = await probeSandbox({
        words: await this.words(cwd),
        env: this.environment('probe'),
        folder: this.settings.folder,
        writable: this.settings.readOnly ? null : cwd,
        random: (bytes) => this.settings.random(bytes),
      })
    }
    return this.trouble === null
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
