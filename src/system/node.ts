import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { parse } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { reachable } from '../model/path.ts'
import type { System } from '../model/system.ts'
import { removeAtExit } from './at-exit.ts'
import { nodeFiles } from './files.ts'
import { runProgram } from './program.ts'
import { codeOf } from './trouble.ts'

function isAlive(pid: number): boolean {
  // Zero and negative ids mean process groups.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** A deleted binary (an update under a running process) has no real path any more. */
function realExecPath(): string {
  try {
    return realpathSync(process.execPath)
  } catch {
    return process.execPath
  }
}

/** A working directory that was deleted has no name; the root is always there. */
function workingDirectory(): Pick<System, 'cwd' | 'cwdIsGone'> {
  try {
    return { cwd: reachable(process.cwd()) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { cwd: reachable(parse(process.execPath).root), cwdIsGone: true }
    throw error
  }
}

/** The machine this process runs on. */
export function nodeSystem(): System {
  return {
    platform: process.platform,
    pid: process.pid,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    execPath: reachable(realExecPath()),
    ...workingDirectory(),
    variables: process.env,
    files: nodeFiles,
    now: () => Date.now(),
    random: (bytes) => randomBytes(bytes).toString('hex'),
    sleep: (ms) => pause(ms),
    isAlive,
    ask: runProgram,
    run: runProgram,
    removeAtExit,
  }
}
