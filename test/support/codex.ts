import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fetched, lacksPackage } from './fetched.ts'
import type { Scratch } from './scratch.ts'

/** The real Codex: a native program in its platform package. 0.169.0 is the version whose behaviour this project's facts were read from. */
const version = '0.169.0'
const codexBinary = async (): Promise<string> =>
  join(await fetched('codex', `@openai/codex@${version}-linux-x64`), 'vendor/x86_64-unknown-linux-musl/bin/codex')

/** Why it cannot run here, or null. The first time it is fetched (170 MB). */
export const lacksCodex = async (): Promise<string | null> =>
  process.platform === 'linux' && process.arch === 'x64'
    ? lacksPackage(`Codex ${version}`, codexBinary)
    : 'Codex is fetched for Linux on x64 only'

/** One server as `codex mcp list --json` understands it. */
export interface CodexServer {
  readonly name: string
  readonly enabled: boolean
  readonly transport: Readonly<Record<string, unknown>>
}

/** What Codex reads from the config of a scratch home. */
export async function codexList(place: Pick<Scratch, 'home' | 'env'>): Promise<readonly CodexServer[]> {
  const binary = await codexBinary()
  return new Promise((resolve, reject) => {
    execFile(binary, ['mcp', 'list', '--json'], { env: place.env, cwd: place.home, timeout: 60_000 }, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout)) : reject(error),
    )
  })
}
