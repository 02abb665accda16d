import { execFile, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { killWithStreams } from './cli.ts'
import { cacheFolder, lacksRoot, projectFolder, toolPath } from './machine.ts'

const execute = promisify(execFile)
const program = join(projectFolder, 'test/lab/lab')

/** The lab's folder: the Windows disk is `prefix/drive_c` in it. */
export const labFolder = cacheFolder('lab')
export const driveC = join(labFolder, 'prefix/drive_c')
/** The Windows profile as Linux outside the lab reaches it. */
export const windowsProfile = join(driveC, 'users/Twin User')
/** The home of the default distribution, likewise. */
export const linuxHome = join(labFolder, 'distros/Debian/home/ana')

// The lab finds its folder and npm's settings by these; nothing else of the machine is passed in.
const outside = { PATH: toolPath, HOME: process.env.HOME ?? '/root', TWINLAB_HOME: labFolder, LANG: 'C.UTF-8' }

/** What runs a program inside, for whoever starts it otherwise than by `inLinux`: words before it, and their environment. */
export const insideLab = { wrapper: [program, 'exec'], env: outside } as const

/** Why the lab cannot be had on this machine, or null. Setting it up takes half a minute the first time. */
export async function lacksLab(): Promise<string | null> {
  const reason = lacksMachine()
  if (reason !== null) return reason
  try {
    await execute(program, ['up'], { env: outside, timeout: 600_000 })
    return null
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : String(error)
    return `the Windows lab could not be set up (${said})`
  }
}

function lacksMachine(): string | null {
  const needs = 'the Windows lab needs'
  if (process.platform !== 'linux' || process.arch !== 'x64') return `${needs} Linux on x64`
  if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))) return `${needs} Debian, whose packages it unpacks`
  if (lacksRoot !== null) return `${needs} root`
  const [major = 0, minor = 0] = release().split('.').map(Number)
  // A user namespace has a binfmt_misc of its own since then, so that .exe files run by themselves in it alone.
  if (major < 6 || (major === 6 && minor < 7)) return `${needs} Linux 6.7 or newer`
  try {
    execFileSync('unshare', ['--map-root-user', '--mount', 'true'], { stdio: 'ignore' })
    return null
  } catch {
    return `${needs} unshare --map-root-user --mount`
  }
}

/** Stops the lab; what it built stays. */
export const stopLab = (): Promise<unknown> => execute(program, ['down'], { env: outside })

/** Stops the lab and removes all that it built. */
export const purgeLab = (): Promise<unknown> => execute(program, ['purge'], { env: outside })

/** Puts the Windows profile and the Linux homes back as new. */
export const resetLab = (): Promise<unknown> => execute(program, ['reset'], { env: outside })

/** Another distribution beside Debian, with a root folder and a user of its own. */
export const addDistro = (name: string, user: string): Promise<unknown> => execute(program, ['distro', name, user], { env: outside })

export interface LabOptions {
  readonly input?: string | Uint8Array
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly distro?: string
  readonly timeoutMs?: number
}

export interface LabResult {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Both streams as text, without carriage returns and the zero bytes of UTF-16. */
  readonly text: string
}

/** Runs a program on the Linux side, which believes to be WSL2. */
export const inLinux = (argv: readonly string[], options: LabOptions = {}): Promise<LabResult> =>
  runLab(['exec', ...(options.distro === undefined ? [] : ['-d', options.distro]), ...argv], options)

/** Runs a Windows program; a name without folder is found by Windows. */
export const inWindows = (argv: readonly string[], options: LabOptions = {}): Promise<LabResult> => runLab(['win', ...argv], options)

function runLab(words: string[], options: LabOptions): Promise<LabResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { ...outside, ...options.env }, cwd: options.cwd ?? '/', stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const timer = setTimeout(() => killWithStreams(child), options.timeoutMs ?? 60_000)
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      const out = Buffer.concat(stdout)
      const error = Buffer.concat(stderr)
      resolve({
        code,
        stdout: out,
        stderr: error,
        text: Buffer.concat([out, error])
          .toString()
          .replace(/[\r\0]/g, '')
          .trim(),
      })
    })
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
  })
}
