import { type ChildProcess, spawn } from 'node:child_process'
import { codeOf } from './trouble.ts'

/** How long a program may take to end in order before it is ended at once. */
const graceMs = 1500

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // Gone already, or (macOS) only a zombie is left of it.
    if (!['ESRCH', 'EPERM'].includes(codeOf(error))) throw error
  }
}

/** Ends a child that leads its own group, and everything it started, at once. */
export function killTreeNow(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform !== 'win32') {
    signalGroup(child.pid, 'SIGKILL')
    return
  }
  // Windows knows no groups of this kind; taskkill follows the parents' ids. It is part of every Windows.
  const killer = spawn(`${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\taskkill.exe`, ['/pid', String(child.pid), '/t', '/f'], {
    stdio: 'ignore',
    windowsHide: true,
  })
  killer.on('error', () => child.kill('SIGKILL'))
  killer.unref()
}

/** Asks the tree to end, and ends what is still there after a moment. The answer stops that second part. */
export function killTree(child: ChildProcess): () => void {
  if (child.pid === undefined) return () => undefined
  if (process.platform === 'win32') {
    killTreeNow(child)
    return () => undefined
  }
  signalGroup(child.pid, 'SIGTERM')
  const timer = setTimeout(() => killTreeNow(child), graceMs)
  return () => clearTimeout(timer)
}
