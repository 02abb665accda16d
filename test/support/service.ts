import { spawn } from 'node:child_process'
import { cliPath } from './cli.ts'
import { nodePath } from './machine.ts'
import type { Scratch } from './scratch.ts'

export interface Service {
  readonly port: number
  /** What it said to a person. */
  said(): string
  /** Sends SIGTERM, waits for the end, and gives the exit code. */
  stop(): Promise<number | null>
}

/** `serve --http`, or `--ws`, on a free port, without a client of its own, when it listens. */
export async function service(place: Scratch, args: readonly string[] = [], flag: '--http' | '--ws' = '--http'): Promise<Service> {
  const child = spawn(nodePath, [cliPath, 'serve', flag, '0', ...args], {
    env: place.env,
    cwd: place.root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let talk = ''
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      talk += chunk
      const found = (flag === '--ws' ? /ws:\/\/127\.0\.0\.\d:(\d+)\// : /http:\/\/127\.0\.0\.\d:(\d+)\/mcp/).exec(talk)
      if (found) resolve(Number(found[1]))
    })
    void ended.then((code) => reject(new Error(`ended with ${code}: ${talk}`)))
  })
  return {
    port,
    said: () => talk,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
