import { execFile } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { arch } from 'node:os'
import { accessTrouble } from '../../base/access.ts'
import { limits } from '../../base/limits.ts'
import { readProc, userOf } from '../../base/proc.ts'
import type { Quotas, Settings } from '../../base/settings.ts'
import { type GitSettings, writeGitSettings } from './git.ts'

/**
 * Which system calls a command in the sandbox may make, as the program of a seccomp filter (linux/filter.h,
 * linux/seccomp.h). Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
 */
interface Machine {
  /** AUDIT_ARCH_…: any other way to enter the kernel (i386's int 0x80, arm's 32-bit calls) is refused as a whole. */
  readonly arch: number
  readonly socket: number
  readonly socketpair: number
  readonly clone: number
  readonly shmget: number
  readonly memfd: number
  readonly refused: readonly number[]
}

const machines: Readonly<Record<'x64' | 'arm64', Machine>> = {
  x64: {
    ...{ arch: 0xc000003e, socket: 41, socketpair: 53, clone: 56, shmget: 29, memfd: 319 },
    // unshare, setns; mount, umount2, pivot_root; open_by_handle_at; bpf, userfaultfd, perf_event_open; add_key,
    // request_key, keyctl; syslog.
    refused: [272, 308, 165, 166, 155, 304, 321, 323, 298, 248, 249, 250, 103],
  },
  arm64: {
    ...{ arch: 0xc00000b7, socket: 198, socketpair: 199, clone: 220, shmget: 194, memfd: 279 },
    refused: [97, 268, 40, 39, 41, 265, 280, 282, 241, 217, 218, 219, 116],
  },
}
/**
 * Calls with one number everywhere. io_uring makes sockets past any filter; open_tree to mount_setattr and open_tree_attr
 * mount without mount(2).
 */
const refusedEverywhere = [425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 467]
/** Its arguments lie in memory, where no filter sees them; libraries take clone where it does not exist. */
const clone3 = 435
/** memfd_secret: like memfd_create, memory that no process shows as its own. */
const memfdSecret = 447
/** The first number of x32, another way to call that the same programs may use. */
const x32 = 0x40000000
/** CLONE_NEWNS, …CGROUP, …UTS, …IPC, …USER, …PID, …NET. */
const newNamespaces = 0x7e020000

const AF_UNIX = 1
/** Internet, its second version, netlink: these belong to the network of the sandbox, which is empty. */
const families = [2, 10, 16]
/** SOCK_STREAM, SOCK_SEQPACKET. A pair of SOCK_DGRAM could be pointed at any socket of the disk by sendto(2). */
const pairTypes = [1, 5]
const socketType = 0xf
/** A segment of shared memory belongs to no process, so it is not counted; 4096 of them (SHMMNI) make 256 MiB. */
const segmentBytes = 64 * 1024

const LOAD = 0x20
const EQUAL = 0x15
const ABOVE = 0x25
const AT_LEAST = 0x35
const ANY_BIT = 0x45
const AND = 0x54
const RETURN = 0x06

/** SECCOMP_RET_ALLOW, and SECCOMP_RET_ERRNO with EPERM and with ENOSYS, as a kernel without the call answers. */
const ends = { allow: 0x7fff0000, refuse: 0x00050001, absent: 0x00050026 } as const
type End = keyof typeof ends

interface Line {
  readonly code: number
  readonly k: number
  /** Where to go on; absent: with the next line. */
  readonly yes?: End
  readonly no?: End
}

/** Offsets in struct seccomp_data: the call's number, the way in, and the low half of an argument. */
const NUMBER = 0
const ARCH = 4
const argument = (at: number, half: 'low' | 'high' = 'low'): number => 16 + at * 8 + (half === 'high' ? 4 : 0)

const load = (k: number): Line => ({ code: LOAD, k })
const oneOf = (values: readonly number[]): Line[] => [
  ...values.slice(0, -1).map((k): Line => ({ code: EQUAL, k, yes: 'allow' })),
  ...values.slice(-1).map((k): Line => ({ code: EQUAL, k, yes: 'allow', no: 'refuse' })),
]

/** Lines that decide one call by its arguments: `block` ends every way through it, and any other call passes it by. */
function onCall(number: number, block: readonly Line[]): (Line | { readonly code: number; readonly k: number; readonly skip: number })[] {
  return [{ code: EQUAL, k: number, skip: block.length }, ...block]
}

/** The filter for a kind of processor (`arch()` of node:os); null: none is known for it. */
export function callFilter(processor: string): Buffer | null {
  const machine = processor === 'x64' || processor === 'arm64' ? machines[processor] : null
  if (machine === null) return null
  const lines = [
    load(ARCH),
    { code: EQUAL, k: machine.arch, no: 'refuse' } as const,
    load(NUMBER),
    { code: AT_LEAST, k: x32, yes: 'refuse' } as const,
    ...[...machine.refused, ...refusedEverywhere].map((k): Line => ({ code: EQUAL, k, yes: 'refuse' })),
    ...[clone3, machine.memfd, memfdSecret].map((k): Line => ({ code: EQUAL, k, yes: 'absent' })),
    ...onCall(machine.clone, [load(argument(0)), { code: ANY_BIT, k: newNamespaces, yes: 'refuse', no: 'allow' }]),
    ...onCall(machine.socket, [load(argument(0)), ...oneOf(families)]),
    ...onCall(machine.socketpair, [
      load(argument(0)),
      { code: EQUAL, k: AF_UNIX, no: 'refuse' },
      load(argument(1)),
      { code: AND, k: socketType },
      ...oneOf(pairTypes),
    ]),
    ...onCall(machine.shmget, [
      load(argument(1, 'high')),
      { code: EQUAL, k: 0, no: 'refuse' },
      load(argument(1)),
      { code: ABOVE, k: segmentBytes, yes: 'refuse', no: 'allow' },
    ]),
    { code: RETURN, k: ends.allow },
    { code: RETURN, k: ends.refuse },
    { code: RETURN, k: ends.absent },
  ]
  const end: Readonly<Record<End, number>> = { allow: lines.length - 3, refuse: lines.length - 2, absent: lines.length - 1 }
  const bytes = Buffer.alloc(lines.length * 8)
  lines.forEach((line, at) => {
    const to = (where: End | undefined) => (where === undefined ? 0 : end[where] - at - 1)
    bytes.writeUInt16LE(line.code, at * 8)
    bytes.writeUInt8('skip' in line ? 0 : to(line.yes), at * 8 + 2)
    bytes.writeUInt8('skip' in line ? line.skip : to(line.no), at * 8 + 3)
    bytes.writeUInt32LE(line.k, at * 8 + 4)
  })
  return bytes
}

const systemdPlaces = ['/usr/bin/systemd-run', '/bin/systemd-run'] as const

/** A cgroup for each command, where the systemd of a user's session makes one; the kernel counts in it whatever they use. */
export interface Scope {
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** The folder of a process's cgroup (cgroups(7), version 2); null: it has none of its own. */
export function cgroupOf(pid: number | 'self'): string | null {
  const [, path] = /^0::(\/.+)$/m.exec(readProc(`/proc/${pid}/cgroup`)) ?? []
  return path === undefined ? null : `/sys/fs/cgroup${path}`
}

/** The words by which systemd puts a command into a scope of its own (systemd-run(1), systemd.resource-control(5)). */
const scopeWords = (program: string, { memoryBytes, tasks }: Quotas): string[] => [
  ...[program, '--user', '--scope', '--quiet', '--collect'],
  ...['-p', `MemoryMax=${memoryBytes}`, '-p', 'MemorySwapMax=0', '-p', `TasksMax=${tasks}`, '--'],
]

/** Tried, not believed: many sessions have no systemd, or one that may not limit memory. Null: there is no such scope. */
async function findScope(variables: Readonly<Record<string, string | undefined>>, quotas: Quotas): Promise<Scope | null> {
  const program = systemdPlaces.find((path) => accessTrouble(path, constants.X_OK) === '')
  const runtime = variables.XDG_RUNTIME_DIR ?? `/run/user/${userOf('self')}`
  if (program === undefined || !existsSync(runtime)) return null
  const bus = variables.DBUS_SESSION_BUS_ADDRESS
  const env = { XDG_RUNTIME_DIR: runtime, ...(bus !== undefined && { DBUS_SESSION_BUS_ADDRESS: bus }) }
  const [file = '', ...args] = scopeWords(program, quotas)
  const script = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"'
  const said = await new Promise<string>((resolve) => {
    execFile(file, [...args, '/bin/sh', '-c', script], { env: { ...env, PATH: '/usr/bin:/bin' }, timeout: limits.scopeMs }, (_, stdout) =>
      resolve(stdout),
    )
  })
  return said.trim() === String(quotas.memoryBytes) ? { words: [file, ...args], env } : null
}

const places = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'] as const
/** The program that makes the sandbox; null: it is not installed. Whether it may do so is known only when it is tried. */
export const sandboxProgram = (): string | null => places.find((path) => accessTrouble(path, constants.X_OK) === '') ?? null
/** Root may write /proc/sys in any sandbox of bubblewrap, and core_pattern there names a program that runs outside. */
export const isRoot = (): boolean => userOf('self') === 0

/** The programs and features of this machine that a sandbox can use. */
export interface SandboxMeans {
  readonly program: string
  /** The filter of system calls. */
  readonly filter: Buffer
  /** Folders in memory can be of a fixed size. */
  readonly sizes: boolean
  /** Null: what a command uses is watched, not limited by the kernel. */
  readonly scope: Scope | null
  readonly git: readonly GitSettings[]
}

/** Finds them out; a sentence where there can be no sandbox. `folder`: our own, which no command sees. */
export async function findMeans(
  { platform, variables, self, random }: Settings,
  folder: string,
  quotas: Quotas,
): Promise<SandboxMeans | string> {
  const program = sandboxProgram()
  const filter = callFilter(arch())
  if (platform !== 'linux') return 'it exists on Linux and WSL only'
  if (program === null) return 'bubblewrap is not installed (sudo apt install bubblewrap)'
  if (isRoot()) return 'it does not hold root, who may change settings of the kernel in it; start the bridge as an ordinary user'
  if (filter === null) return `no filter of system calls is known for this kind of processor (${arch()})`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [sizes, scope, git] = await Promise.all([
    hasSizes(program),
    findScope(variables, quotas),
    writeGitSettings(folder, self.home, (bytes) => random(bytes)),
  ])
  return { program, filter, sizes, scope, git }
}

/** bubblewrap makes folders in memory of a fixed size since 0.7. */
const hasSizes = (program: string): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(program, ['--help'], { timeout: limits.probeMs }, (_, stdout) => resolve(stdout.includes('--size ')))
  })
