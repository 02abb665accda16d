import type { ChildProcess } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../../policy/policy.ts'
import { judge, type Region } from '../../policy/region.ts'
import type { Current } from '../../policy/rulings.ts'
import { onDrive } from '../../policy/spelling.ts'
import type { Quotas, Settings } from '../../base/settings.ts'
import { MiB } from '../../base/units.ts'
import { AppearedList, type Enclosed, SandboxedRun, changedBetween, signaturesOf } from './enclosed.ts'
import { makeCanary, probeSandbox } from './probe.ts'
import { foldersInMemory, sandboxWords } from './command-line.ts'
import { closeInherited, enter } from './entering.ts'
import { KnownFolders } from './found.ts'
import { type LayoutPlan, layOut, outermost, rootsOf, writableFolder } from './layout.ts'
import { findMeans, type SandboxMeans } from './means.ts'
import { MountTable, StandInFiles, type SandboxStep } from './steps.ts'
import { type Look, ProtectedSearch } from './search.ts'
import { Watch } from './watch.ts'

const usualQuotas: Quotas = { memoryBytes: 4096 * MiB, processes: 512, tasks: 4096, tmpBytes: 1024 * MiB, homeBytes: 256 * MiB }

/** Variables that in the sandbox lead nowhere, or to something that must not be reached. */
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

const exact = (path: string): string => path

/** The sandbox of `terminal: sandbox`: bubblewrap, tried once with a canary. Where it does not hold nothing is run. */
export class Sandbox {
  trouble: string | null = null
  readonly quotas: Quotas
  readonly appeared: AppearedList
  /** The last search for what is protected. */
  last: Look = { found: [], cut: null }
  private readonly settings: Settings
  private readonly policy: Policy
  private readonly search: ProtectedSearch
  private readonly standIns: StandInFiles
  private readonly watch: Watch
  private tried: Promise<boolean> | undefined
  private means: SandboxMeans | null = null
  private readonly usualEnvironment: (tag: string) => Record<string, string>

  /** `usualEnvironment`: what a command with this tag gets outside a sandbox. */
  constructor(settings: Settings, policy: Policy, usualEnvironment: (tag: string) => Record<string, string>) {
    this.usualEnvironment = usualEnvironment
    const random = (bytes: number) => settings.random(bytes)
    this.settings = settings
    this.policy = policy
    this.quotas = { ...usualQuotas, ...settings.quotas }
    const known = new KnownFolders(join(this.folder, 'known.json'), random)
    this.search = new ProtectedSearch(settings.self.home, () => settings.now(), known)
    this.standIns = new StandInFiles(join(this.folder, 'closed'), random)
    this.appeared = new AppearedList(join(this.folder, 'appeared.json'), random)
    this.watch = new Watch(this.quotas)
  }

  /** In our own folder, which no command sees. */
  private get folder(): string {
    return join(this.settings.folder, 'sandbox')
  }

  holds(): Promise<boolean> {
    this.tried ??= this.attempt()
    return this.tried
  }

  /** What limits commands; null before it was tried, and where it does not hold. */
  get limitedBy(): { readonly memory: 'cgroup' | 'watched'; readonly tmp: 'fixed' | 'watched' } | null {
    if (this.means === null || this.trouble !== null) return null
    return { memory: this.means.scope === null ? 'watched' : 'cgroup', tmp: this.means.sizes ? 'fixed' : 'watched' }
  }

  /** How a command is started that runs in a folder. */
  async enclose(cwd: string, tag: string): Promise<Enclosed> {
    if (this.means === null) throw new Error('a command before the sandbox was tried')
    return this.enclosed(cwd, tag, this.means, await this.policy.current(), [])
  }

  /** Lets a command begin that was started so; a sentence where its sandbox is not as it was planned, and it was ended. */
  async confine(child: ChildProcess, enclosed: Enclosed, over: Promise<void>, client: string): Promise<SandboxedRun | string> {
    const { confinement } = enclosed
    const entered = await enter(child, confinement)
    if ('trouble' in entered) return entered.trouble
    const stay = new SandboxedRun(entered.pid)
    const folders = foldersInMemory(this.settings.self.home, confinement.steps)
    const stop = this.watch.follow(entered.pid, this.means?.scope != null, folders, (excess) => {
      stay.excess = excess
      child.kill('SIGKILL')
    })
    stay.looked = over
      .then(stop)
      .then(() => this.lookAfter(stay, enclosed, client))
      .catch((error: unknown) => {
        stay.trouble = error instanceof Error ? error.message : String(error)
      })
    return stay
  }

  private async lookAfter(stay: SandboxedRun, { look, before, since }: Enclosed, client: string): Promise<void> {
    const now = await this.look(await this.policy.region())
    stay.hasHidden = look.cut === null && now.cut !== null
    stay.appeared = changedBetween(before, signaturesOf(now), now.cut === null ? 0 : since)
    this.appeared.add(stay.appeared, this.settings.now(), client)
  }

  /** What is protected in the allowed folders, as they are now. */
  private async look({ open, closed, reopened }: Region): Promise<Look> {
    const roots = rootsOf({ open }, this.settings.self.home)
    const look = await this.search.look(outermost(roots), (path) => judge(path, { open: [path], closed, reopened }, exact) === 'closed')
    this.last = look
    return look
  }

  private async enclosed(cwd: string, tag: string, means: SandboxMeans, current: Current, more: readonly SandboxStep[]): Promise<Enclosed> {
    const { settings, quotas } = this
    const since = settings.now()
    const look = await this.look(current.region)
    const plan = await this.plan(current, look)
    const mounts = new MountTable(readFileSync('/proc/self/mountinfo', 'latin1'))
    const steps = [...layOut(plan), ...more]
    const scope = means.scope?.words ?? []
    const words = sandboxWords({ ...means, scope, cwd, home: settings.self.home, steps, quotas, execPath: settings.execPath })
    const confinement = { filter: means.filter, steps, roots: rootsOf(plan.region, plan.home), mounts }
    return { words, env: this.environment(tag, means), confinement, look, before: signaturesOf(look), since }
  }

  private async plan(current: Current, { found }: Look): Promise<LayoutPlan> {
    const { readOnly, self } = this.settings
    const place = await this.policy.sides()
    return { ...current, readOnly, home: self.home, onDrive: (path) => onDrive(path, place), found, standIns: this.standIns }
  }

  private environment(tag: string, { scope }: SandboxMeans): Record<string, string> {
    const all = this.usualEnvironment(tag)
    for (const name of withheld) delete all[name]
    return { ...all, ...scope?.env }
  }

  private async attempt(): Promise<boolean> {
    try {
      const means = await findMeans(this.settings, this.folder, this.quotas)
      this.trouble = typeof means === 'string' ? means : await this.triedWith(means)
    } catch (error) {
      this.trouble = `it could not be tried: ${error instanceof Error ? error.message : String(error)}`
    }
    return this.trouble === null
  }

  /** Tries the sandbox again without systemd's scope where it does not hold in one. */
  private async triedWith(means: SandboxMeans): Promise<string | null> {
    closeInherited()
    this.means = means
    const trouble = await this.probe(means)
    return trouble === null || means.scope === null ? trouble : this.triedWith({ ...means, scope: null })
  }

  private async probe(means: SandboxMeans): Promise<string | null> {
    const { settings } = this
    const node: SandboxStep = { at: '/run/node', make: 'cover', source: realpathSync(settings.execPath) }
    const canary = await makeCanary(realpathSync(this.folder), `canary-${settings.random(8)}`, node.at)
    try {
      const current = await this.policy.current()
      const { open, reopened } = current.region
      const region = { ...current.region, open: [...open, canary.root], reopened: [...reopened, canary.root] }
      const enclosed = await this.enclosed(open[0] ?? '/tmp', 'probe', means, { ...current, region }, [node])
      const writable = writableFolder(await this.plan(current, enclosed.look))
      const inside = writable === null ? null : join(writable, `.canary-${settings.random(8)}.inside`)
      return await probeSandbox({ ...enclosed, canary, inside })
    } finally {
      await canary.remove()
    }
  }
}
