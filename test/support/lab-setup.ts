import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { labFolder, lacksLab, stopLab } from './lab.ts'

/**
 * The lab is set up before the first of its tests and stopped after the last, so that no process of it stays. Its tests
 * reset it, so a second run on this machine waits until the first has ended.
 */
export async function setup(): Promise<() => Promise<unknown>> {
  const release = await claim()
  const reason = await lacksLab()
  return async () => {
    try {
      if (reason === null) await stopLab()
    } finally {
      await release()
    }
  }
}

/** The kernel holds the lock for a process that ends with its input, so also when this one is killed. */
async function claim(): Promise<() => Promise<unknown>> {
  const holder = spawn('flock', [join(labFolder, 'tests.lock'), 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => {
    // Where there is no such program there is no lab either.
    holder.on('error', resolve)
    holder.on('close', resolve)
  })
  holder.stdin.on('error', () => {})
  await Promise.race([once(holder.stdout, 'data'), ended])
  return () => {
    holder.stdin.end()
    return ended
  }
}
