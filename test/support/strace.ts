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

/** How often a traced program made calls of a group on its busiest thread, for which alone strace counts. */
export function callsIn(traced: string, group: string): number {
  const perThread = new Map<string, number>()
  for (const [, thread = '', name = ''] of traced.matchAll(/^(\d+) +(\w+)\(/gm))
    if (group.split(',').includes(name)) perThread.set(thread, (perThread.get(thread) ?? 0) + 1)
  return Math.max(0, ...perThread.values())
}

/**
 * Words before a program that do something to one call of a group: `signal=KILL:when=3`. It stops at all calls: with --seccomp-bpf
 * strace 6.1 tampers with none.
 */
export const tampering = (group: string, action: string): string[] => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${group}`, '-e', `inject=${group}:${action}`],
]
