import { spawnSync } from 'node:child_process'
import { lacks } from './machine.ts'

/** Why system calls cannot be tampered with here, or null. */
export function lacksStrace(): string | null {
  if (process.platform !== 'linux') return 'strace is a tool of Linux'
  const lacking = lacks('strace')
  if (lacking !== null) return lacking
  return spawnSync('strace', ['-e', 'inject=getppid:error=EPERM', 'true'], { stdio: 'ignore' }).status === 0
    ? null
    : 'strace may not trace here'
}

/** The calls that change something on a disk, in groups that strace counts together. */
export const diskCalls = [
  'rename,renameat,renameat2',
  'mkdir,mkdirat',
  'unlink,unlinkat,rmdir',
  'fsync,fdatasync',
  'openat',
  'write,pwrite64,writev',
  'chmod,fchmod,utimensat,link,symlink,copy_file_range',
]

/** The environment in which a program makes its calls on as few threads as it can. */
export const steadyThreads = { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' }

/**
 * Words before a program that have every such call of it written to a file. It stops at those calls alone: a node makes thousands of
 * others, and each stop costs two changes of process.
 */
export const tracing = (log: string): string[] => [
  ...['strace', '-f', '--seccomp-bpf', '-qq', '-o', log, '-e', `trace=${diskCalls.join(',')}`],
]

/** One call of a program that can be tampered with: the how manieth of its name, on the thread that makes most of them. */
export interface TracedCall {
  readonly name: string
  readonly at: number
}

/** Every call of a group that a traced program made. strace counts those of each name apart, and those of each thread. */
export function callsIn(traced: string, group: string): TracedCall[] {
  const counts = new Map<string, Map<string, number>>()
  for (const [, thread = '', name = ''] of traced.matchAll(/^(\d+) +(\w+)\(/gm)) {
    const perThread = counts.get(name) ?? new Map<string, number>()
    counts.set(name, perThread.set(thread, (perThread.get(thread) ?? 0) + 1))
  }
  return group.split(',').flatMap((name) => {
    const most = Math.max(0, ...(counts.get(name)?.values() ?? []))
    return Array.from({ length: most }, (_, at) => ({ name, at: at + 1 }))
  })
}

/**
 * Words before a program that do something to one call of a name: `signal=KILL:when=3`. It stops at all calls: with --seccomp-bpf
 * strace 6.1 tampers with none.
 */
export const tampering = (name: string, action: string): string[] => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${name}`, '-e', `inject=${name}:${action}`],
]
