import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  driveC,
  inLinux,
  inWindows,
  labFolder,
  type LabOptions,
  type LabResult,
  linuxHome,
  resetLab,
  windowsProfile,
} from '../../support/lab.ts'
import { untried } from '../../support/cli.ts'
import { nodePath, npmPath, projectFolder } from '../../support/machine.ts'
import { processesWith, type Running, watchProcesses } from '../../support/processes.ts'

export const windowsHome = 'C:\\Users\\Twin User'
export const desktopFolder = join(windowsProfile, 'AppData/Roaming/Claude')
export const desktopFile = join(desktopFolder, 'claude_desktop_config.json')
export const claudeCodeFile = join(linuxHome, '.claude.json')

/** What the npm package consists of. */
const shipped = ['package.json', 'LICENSE', 'bin', 'dist', 'templates']

/** The program as npx unpacks it, on both sides; both sides as new before. */
export async function freshLab(): Promise<void> {
  await resetLab()
  for (const folder of [linuxHome, windowsProfile]) {
    for (const name of shipped) cpSync(join(projectFolder, name), join(folder, 'package', name), { recursive: true })
  }
  for (const file of [join(import.meta.dirname, 'claude-desktop.mjs'), join(projectFolder, 'test/windows/desktop.mjs')])
    cpSync(file, join(windowsProfile, basename(file)))
}

/** A run of the program. `json` throws, with both streams, where stdout is no JSON document. */
export interface Told {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  // biome-ignore lint/suspicious/noExplicitAny: each test says in its expectation what it must be
  readonly json: any
}

function told({ code, stdout, stderr }: LabResult): Told {
  // Wine itself complains on stderr that it cannot start a program in a folder of a share; Windows can.
  const [out, error] = [stdout.toString(), stderr.toString().replace(/^wine: could not open working directory.*\r?\n/gm, '')]
  return {
    code,
    stdout: out,
    stderr: error,
    get json() {
      try {
        return JSON.parse(out)
      } catch {
        throw new Error(`stdout is not one JSON document (exit ${code})\n--- stdout\n${out}\n--- stderr\n${error}`)
      }
    },
  }
}

const limit = { timeoutMs: 280_000 }

export interface TypeOptions extends LabOptions {
  /** Words before the program, such as `strace …`. */
  readonly before?: readonly string[]
}

/** The program typed in the Linux side. */
export const onLinux = async (args: readonly string[], { before = [], ...options }: TypeOptions = {}): Promise<Told> =>
  told(await inLinux([...before, nodePath, '/home/ana/package/bin/mcp-twin.mjs', ...untried(args)], { ...limit, ...options }))

/** The program typed in a Windows terminal. */
export const onWindows = async (args: readonly string[], options: TypeOptions = {}): Promise<Told> =>
  told(await inWindows(['node', `${windowsHome}\\package\\bin\\mcp-twin.mjs`, ...untried(args)], { ...limit, ...options }))

const tarball = 'mcp-twin.tgz'

/** Puts the program as it would be published where `npx` on either side finds it: `C:\mcp-twin.tgz`, `~/mcp-twin.tgz`. */
export function publishToLab(): void {
  const words = ['pack', '--ignore-scripts', '--silent', '--pack-destination', labFolder]
  const name = execFileSync(nodePath, [npmPath(), ...words], { cwd: projectFolder, encoding: 'utf8' }).trim()
  for (const folder of [linuxHome, driveC]) cpSync(join(labFolder, name), join(folder, tarball))
  rmSync(join(labFolder, name))
}

/** `npx mcp-twin …`, typed in a shell of either side, from nothing but the tarball and the registry. */
export const byNpx = {
  onLinux: async (args: readonly string[]): Promise<Told> =>
    told(await inLinux(['npx', '--yes', `--package=/home/ana/${tarball}`, 'mcp-twin', ...args], limit)),
  onWindows: async (args: readonly string[]): Promise<Told> =>
    told(await inWindows(['cmd', '/d', '/c', 'npx', '--yes', `--package=C:\\${tarball}`, 'mcp-twin', ...args], limit)),
}

/** The program typed on either side as `init` left it there. */
export const installed = {
  onLinux: async (args: readonly string[]): Promise<Told> =>
    told(await inLinux([nodePath, '/home/ana/.mcp-twin/bin/mcp-twin.mjs', ...args], limit)),
  onWindows: async (args: readonly string[]): Promise<Told> =>
    told(await inWindows(['node', `${windowsHome}\\.mcp-twin\\bin\\mcp-twin.mjs`, ...args], limit)),
}

/** What Claude Desktop's stand-in got from one entry. */
export interface Answer {
  readonly name: string
  readonly tools: readonly string[]
  readonly serverInfo: { readonly name: string; readonly version: string } | null
  readonly stray: readonly string[]
  readonly stderr: string
  readonly code: number | null
  readonly trouble: string | null
}

/** Starts every entry of a config, or those named, as Claude Desktop does. `file` as Windows spells it. */
export async function asDesktop(
  file = `${windowsHome}\\AppData\\Roaming\\Claude\\claude_desktop_config.json`,
  names: readonly string[] = [],
) {
  const { stdout, stderr } = await inWindows(['node', `${windowsHome}\\claude-desktop.mjs`, file, ...names], { timeoutMs: 120_000 })
  try {
    const answers: Answer[] = JSON.parse(stdout.toString())
    return answers
  } catch {
    throw new Error(`Claude Desktop's stand-in said:\n${stdout}\n${stderr}`)
  }
}

/** The `mcpServers` of a config file. */
export const entriesOf = (file: string): Record<string, { command: string; args?: string[]; env?: Record<string, string> }> =>
  JSON.parse(readFileSync(file, 'utf8')).mcpServers

export function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** Every file below the folders with its bytes, as one value to compare; what is named in `but` is passed over. */
export function bytesOf(folders: readonly string[], but: RegExp): Record<string, string> {
  const found: Record<string, string> = {}
  for (const folder of folders) {
    for (const entry of existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []) {
      const file = join(entry.parentPath, entry.name)
      if (entry.isFile() && !but.test(file.slice(folder.length))) found[file] = readFileSync(file).toString('base64')
    }
  }
  return found
}

/** What a piece of work came to, and the command lines of all that this lab, and no other on the machine, started meanwhile. */
export async function watched<T>(work: () => Promise<T>): Promise<{ result: T; started: string[] }> {
  const watch = await watchProcesses(labFolder)
  const before = new Set((await watch.look()).sightings.map(({ command }) => command))
  const result = await work()
  const { sightings } = await watch.stop()
  // The lab's own way in names its folder.
  const started = sightings
    .map(({ command }) => command)
    .filter((line) => !before.has(line) && !line.includes('TWINLAB_HOME=') && !line.includes(`${labFolder}/`))
  return { result, started: [...new Set(started)] }
}

/** Processes of this lab, and of no other one on the machine, whose command line holds the text: what still runs after half a minute. */
export async function leftoversOf(text: string, withinMs = 30_000): Promise<Running[]> {
  const until = Date.now() + withinMs
  for (;;) {
    const found = processesWith(labFolder).filter(({ command }) => command.includes(text))
    if (found.length === 0 || Date.now() > until) return found
    await sleep(50)
  }
}

/** Leaves a side without what a run of ours put there, where a whole reset would take longer than the test. */
export function forget(): void {
  for (const folder of [linuxHome, windowsProfile]) rmSync(join(folder, '.mcp-twin'), { recursive: true, force: true })
  for (const file of [claudeCodeFile, join(linuxHome, '.config'), desktopFolder]) rmSync(file, { recursive: true, force: true })
  mkdirSync(desktopFolder, { recursive: true })
}
