import { rmSync } from 'node:fs'
import { parse as parseJsonc } from 'jsonc-parser'
import { namesUnder } from '../../support/under.ts'
import type { Scratch } from '../../support/scratch.ts'
import { inProcess, quickScratch } from '../../support/in-process.ts'
import { type Hand, jsonHand, tomlHand, type Value } from './own-text.ts'

/** One thing that a person does, with numbers that say to which file and entry. */
export interface Step {
  readonly act: Act
  readonly file: number
  readonly name: number
}

export const commands = [
  ...([
    'add',
    'drop',
    'rename',
    'remove',
    'disable',
    'enable',
    'narrow',
    'ignore',
    'notice',
    'launch',
    'sync',
    'adopt',
    'force',
    'undo',
  ] as const),
] as const
export const byHand = ['write', 'edit', 'note', 'delete', 'remark'] as const
type ByHand = (typeof byHand)[number]
export type Act = (typeof commands)[number] | ByHand | 'again' | 'afresh'

/** How an editor of the person writes a file. */
export interface Dress {
  readonly crlf: boolean
  readonly mark: boolean
  /** Its last line ends. */
  readonly end: boolean
}

/** A file that a person has, and what the person did to it. Knows nothing of how mcp-twin works. */
interface OwnFile {
  readonly path: string
  readonly client: string
  readonly hand: Hand
  /** The bytes of the person's last act on it. */
  written: string
  /** The person changed it since the last time mcp-twin was not there. */
  touched: boolean
  /** Since then --force may have replaced what the person wrote, and put back what the person took out. */
  forced: boolean
  /** Since then what a person took out may come back. */
  undone: boolean
  /** Every value that the person gave each name, the last one at the end; null: taken out. */
  readonly acts: Map<string, (Value | null)[]>
  /** Names that a command, or an adopted deletion, removed since the person wrote them here. */
  readonly removed: Set<string>
  /** As the last command left it: what its person writes and takes out again before the next one was never there. */
  seen: { readonly text: string; readonly acts: ReadonlyMap<string, number>; readonly removed: ReadonlySet<string> }
}

const names = ['alpha', 'beta', 'gamma', 'extra']
const begins = [
  [
    '.claude.json',
    'claude-code',
    jsonHand('mcpServers'),
    '{\n  "numStartups": 3,\n  "mcpServers": {\n    "alpha": {"command": "tool-a", "args": ["a.js"], "env": {"ALPHA_API_KEY": "ghp_q7Rt2Vx9Lm4Np8Ks1Wd6Zy3Bf5Hj0Tc4Ea7"}, "timeout": 5},\n    "beta": { "command": "tool-b", "args": [ "b.js" ] },\n    "gamma": {"type": "http", "url": "http://127.0.0.1:9/mcp"}\n  }\n}\n',
  ],
  [
    '.cursor/mcp.json',
    'cursor',
    jsonHand('mcpServers'),
    '// mine\n{ "mcpServers": { "beta": { "command": "tool-b", "args": ["b.js"] } }, } // end\n',
  ],
  [
    '.codex/config.toml',
    'codex',
    tomlHand,
    '# mine\nmodel = "m-1"\n\n[mcp_servers.alpha]\ncommand = "tool-a"\nargs = ["a.js"] # its only argument\ntool_timeout_sec = 5\n\n[mcp_servers.alpha.env]\nALPHA_API_KEY = "ghp_q7Rt2Vx9Lm4Np8Ks1Wd6Zy3Bf5Hj0Tc4Ea7"\n\n[mcp_servers.gamma]\nurl = "http://127.0.0.1:9/mcp"\n\n# what else\n[tui]\ntheme = "dark" # end\n',
  ],
] as const
export const filesOfOne = begins.length

const dressed = (text: string, { crlf, mark, end }: Dress): string => {
  const whole = end ? text : text.trimEnd()
  return (mark ? '\uFEFF' : '') + (crlf ? whole.replaceAll('\n', '\r\n') : whole)
}

const ordered = (value: unknown) => Object.entries((value ?? {}) as object).sort(([one], [other]) => (one < other ? -1 : 1))
/** What an entry starts or reaches, whatever else it says. */
const meant = ({ command, args, env, url, headers, http_headers }: Value): string =>
  JSON.stringify([command, args ?? [], ordered(env), url, ordered(headers ?? http_headers)])

/** The folder of the project. */
const project = 'work/site'

/** A person with files of three programs, in the home folder or in a project, and mcp-twin. */
export class History {
  readonly #place: Scratch = quickScratch()
  readonly #inProject: boolean
  readonly #told: string[] = []
  readonly #files: OwnFile[]
  readonly #dropped = new Set<string>()
  readonly #there: readonly string[]
  #count = 0

  /** `dresses`: of each file. */
  constructor(dresses: readonly Dress[], inProject = false) {
    this.#inProject = inProject
    if (inProject) this.#place.write(`${project}/.git/HEAD`, 'ref: refs/heads/main\n')
    this.#files = begins.map(([name, client, hand, plain], at) => {
      const path = inProject ? `${project}/${name === '.claude.json' ? '.mcp.json' : name}` : name
      const text = dressed(plain, dresses[at] as Dress)
      this.#place.write(path, text)
      const acts: OwnFile['acts'] = new Map([...hand.servers(text)].map(([name, value]) => [name, [value]]))
      const file = { path, client, hand, written: text, touched: false, forced: false, undone: false, acts, removed: new Set<string>() }
      return { ...file, seen: this.#seen(file) }
    })
    this.#there = this.#all()
  }

  #all = (): string[] => namesUnder(this.#place.home).filter((name) => !/^\.mcp-twin(\/|$)|^work\/site\/mcp-twin\.json$/.test(name))

  async #run(...args: readonly string[]) {
    const { code, output } = await inProcess(this.#place, args, this.#place.path(this.#inProject ? project : '.'))
    this.#told.push(`mcp-twin ${args.join(' ')} → ${code}`)
    for (const file of this.#files) file.seen = this.#seen(file)
    return { code, output }
  }

  #texts = (): string[] => this.#files.map(({ path }) => this.#place.read(path))

  async begin(): Promise<void> {
    // An uninstall leaves the manifest of a project to its person.
    if (this.#inProject) rmSync(this.#place.path(`${project}/mcp-twin.json`), { force: true })
    const words = ['init', '--yes', '--no-bridge', ...(this.#inProject ? ['--project'] : [])]
    await this.#run(...words)
    // Codex takes part where its person says so.
    await this.#run(...words, '--client', 'codex')
  }

  async take({ act, file: at, name: which }: Step): Promise<void> {
    const file = this.#files[at % this.#files.length] as OwnFile
    const name = names[which % names.length] ?? ''
    const ours = `ours${which % 2}`
    if (act === 'add') await this.#run('add', ours, '--no-try', '--command', 'our-tool', '--', `${ours}.js`)
    else if (act === 'drop') await this.#run('remove', ours)
    else if (act === 'rename') await this.#run('rename', ours, ours === 'ours0' ? 'ours1' : 'ours0')
    else if (act === 'ignore') await this.#run('ignore', name)
    else if (act === 'notice') await this.#run('ignore', name, '--undo')
    else if (act === 'launch') await this.#turnLaunch()
    else if (act === 'remove') {
      const before = this.#texts().join()
      const { code } = await this.#run('remove', name)
      if (code !== 2 || before !== this.#texts().join()) this.#forget([name])
    } else if (act === 'adopt') {
      // What a person took out of one file goes from all.
      this.#forget(this.#dropped)
      await this.#run('sync', '--adopt', '--no-try')
    } else if (act === 'disable') await this.#run('disable', name)
    else if (act === 'enable') await this.#run('enable', name, '--no-try', ...(which % 2 === 0 ? ['--everywhere'] : []))
    else if (act === 'narrow') await this.#run('disable', name, '--client', file.client)
    else if (act === 'sync') await this.#run('sync', '--no-try')
    else if (act === 'force') {
      for (const each of this.#files) each.forced = true
      await this.#run('sync', '--force', '--no-try')
    } else if (act === 'undo') {
      for (const each of this.#files) each.undone = true
      await this.#run('undo')
    } else if (act === 'again' || act === 'afresh') {
      await this.end(act === 'afresh')
      await this.begin()
    } else this.#byHand(file, act, name)
  }

  /** Has every server started through mcp-twin, or by itself again. */
  async #turnLaunch(): Promise<void> {
    const path = this.#inProject ? `${project}/mcp-twin.json` : '.mcp-twin/mcp-twin.json'
    const manifest = this.#place.has(path) ? parseJsonc(this.#place.read(path)) : null
    if (manifest === null) return
    const { launch, ...rest } = manifest
    this.#place.write(path, JSON.stringify(launch === 'run' ? rest : { ...rest, launch: 'run' }, null, 2))
    await this.#run('sync', '--no-try')
  }

  #seen = ({ path, acts, removed }: Pick<OwnFile, 'path' | 'acts' | 'removed'>): OwnFile['seen'] => ({
    text: this.#place.read(path),
    acts: new Map([...acts].map(([name, values]) => [name, values.length])),
    removed: new Set(removed),
  })

  #forget(gone: Iterable<string>): void {
    for (const { removed } of this.#files) for (const name of gone) removed.add(name)
  }

  #byHand(file: OwnFile, act: ByHand, name: string): void {
    const text = this.#place.read(file.path)
    const { servers, write, remark } = file.hand
    const now = servers(text).get(name)
    const isTheirs = (file.acts.get(name)?.at(-1) ?? null) !== null
    const mark = `${++this.#count}`
    let next = text
    if (act === 'write') next = write(text, name, { command: `tool-${mark}`, args: [`${mark}.js`] })
    else if (act === 'remark') next = remark(text, mark)
    else if (now === undefined) return
    else if (act === 'delete') next = write(text, name, undefined)
    // What stands where the person has none is mcp-twin's, and stays so when it is edited.
    else if (!isTheirs) return
    else if (act === 'note') next = write(text, name, { ...now, [file.client === 'codex' ? 'tool_timeout_sec' : 'timeout']: this.#count })
    else {
      const part = now.url === undefined ? 'env' : file.client === 'codex' ? 'http_headers' : 'headers'
      next = write(text, name, { ...now, [part]: { ...((now[part] as object | undefined) ?? {}), MODE: mark } })
    }
    this.#place.write(file.path, next)
    this.#told.push(`by hand ${act} ${file.path} ${name}`)
    Object.assign(file, { touched: true, written: next })
    if (act === 'remark') return
    if (act === 'delete' && !servers(file.seen.text).has(name)) {
      file.acts.set(name, (file.acts.get(name) ?? []).slice(0, file.seen.acts.get(name) ?? 0))
      if (file.seen.removed.has(name)) file.removed.add(name)
      return
    }
    file.acts.set(name, [...(file.acts.get(name) ?? []), servers(next).get(name) ?? null])
    if (act === 'delete') this.#dropped.add(name)
    file.removed.delete(name)
  }

  /** Uninstalls, and lets the judge look at every file. */
  async end(purges = false): Promise<void> {
    const before = this.#texts()
    const { code, output } = await this.#run('uninstall', '--yes', ...(purges ? ['--purge'] : []))
    const after = this.#texts()
    const found = this.#files.flatMap((file, at) => losses(file, before[at] ?? '', after[at] ?? '').map((each) => `${file.path}: ${each}`))
    if (code !== 0) found.push(`uninstall ended with ${code}`)
    for (const name of this.#all()) if (!this.#there.includes(name)) found.push(`${name} stayed, which only mcp-twin made`)
    if (found.length > 0) throw new Error([...this.#told, ...found, output, ...before, ...after].join('\n'))
    // From now on all that is there is the person's own.
    this.#dropped.clear()
    for (const [at, file] of this.#files.entries()) {
      Object.assign(file, { written: after[at], touched: false, forced: false, undone: false })
      file.acts.clear()
      file.removed.clear()
      for (const [name, value] of file.hand.servers(file.written)) file.acts.set(name, [value])
    }
  }

  close(): void {
    rmSync(this.#place.root, { recursive: true, force: true })
    this.#place.remove()
  }
}

/** What an uninstall did wrong to one file; nothing: it lost nothing. */
function losses({ hand, acts, removed, written, touched, forced, undone }: OwnFile, before: string, after: string): string[] {
  const found: string[] = []
  const [was, is] = [hand.servers(before), hand.servers(after)]
  let same = !touched
  for (const [name, values] of acts) {
    const last = values.at(-1) ?? null
    const own = values.flatMap((value) => (value === null ? [] : [meant(value)]))
    const [stood, stands] = [was.get(name), is.get(name)]
    if (removed.has(name) || (stood !== undefined && !own.includes(meant(stood)))) same = false
    if (!undone && !forced && last === null && stands !== undefined && stood === undefined)
      found.push(`${name} came back, which its person had taken out`)
    if (last === null || (removed.has(name) && stood === undefined)) continue
    if (stands === undefined) found.push(`${name} is gone`)
    // What a person added to an entry that starts our launcher stays; the launcher does not.
    else if (stood !== undefined && JSON.stringify(stood).includes('.mcp-twin')) {
      const kept = Object.entries((stood.env ?? {}) as object).every(
        ([key, value]) => (stands.env as Record<string, unknown>)?.[key] === value,
      )
      if (own.includes(meant(stood)) && !kept) found.push(`${name} lost what was added to it: ${meant(stands)}`)
    } else if (!forced && stood !== undefined && own.includes(meant(stood))) {
      if (meant(stands) !== meant(stood)) found.push(`${name} was ${meant(stood)}, and is ${meant(stands)}`)
    } else if (![...own, ...(stood === undefined ? [] : [meant(stood)])].includes(meant(stands)))
      found.push(`${name} is ${meant(stands)}, which nobody wrote`)
  }
  for (const name of is.keys()) if (name.startsWith('ours')) found.push(`${name} of ours stayed`)
  if (after.includes('.mcp-twin')) found.push('it names a file of ours')
  if (same && after !== written) found.push(`it is not byte for byte as it was: ${JSON.stringify(after)}`)
  if (hand.rest(before) !== hand.rest(after)) found.push('something besides the servers changed')
  return found
}
