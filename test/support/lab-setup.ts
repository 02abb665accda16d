import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lacksLab, purgeLab, stopLab } from './lab.ts'
import { cacheFolder } from './machine.ts'

const folder = cacheFolder('lab-tests')
/** There while tests use the lab: a run that finds it follows one that was killed. */
const inUse = join(folder, 'in-use')

/**
 * The lab is set up before the first of its tests and stopped after the last, so that no process of it stays. Its tests
 * reset it, so a second run on this machine waits until the first has ended. A killed run may leave anything (a second
 * distribution, half a profile, Wine's processes), so the lab is built anew after one.
 */
export async function setup(): Promise<() => Promise<unknown>> {
  const release = await claim()
  if (existsSync(inUse)) await purgeLab()
  writeFileSync(inUse, '')
  const reason = await lacksLab()
  return async () => {
    try {
      if (reason === null) await stopLab()
      rmSync(inUse, { force: true })
    } finally {
      await release()
    }
  }
}

/**
 * Waits for the lab at most 40 minutes, twice what a run takes, and rejects then. The kernel holds the lock for a
 * process that ends with its input, so also when this one is killed.
 */
async function claim(): Promise<() => Promise<unknown>> {
  const words = ['--timeout', String(40 * 60), join(folder, 'lock'), 'sh', '-c', 'echo held; exec cat']
  const holder = spawn('flock', words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<string>((resolve) => {
    // Where there is no such program there is no lab either.
    holder.on('error', () => resolve('absent'))
    holder.on('close', () => resolve('ended'))
  })
  holder.stdin.on('error', () => {})
  const first = await Promise.race([once(holder.stdout, 'data'), ended])
  if (first === 'ended') throw new Error('another run has held the Windows lab for 40 minutes')
  return () => {
    holder.stdin.end()
    return ended
  }
}
