import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fetched, lacksPackage } from './fetched.ts'
import { nodeWithSqlite } from './node-sqlite.ts'
import type { Scratch } from './scratch.ts'

/** A real program, of the version whose behaviour this project's facts were read from. The first time it is fetched. */
interface RealProgram {
  /** Why it cannot run here, or null. */
  lacks(): Promise<string | null>
  /** What it prints on stdout, started in a scratch home. */
  run(place: Pick<Scratch, 'home' | 'env'>, args: readonly string[]): Promise<string>
}

/** `by`: the node that starts it, where it is no program by itself. */
function real(what: string, spec: string, file: string, by?: () => Promise<string>): RealProgram {
  const binary = async (): Promise<string> => join(await fetched(what.toLowerCase().replaceAll(' ', '-'), spec), file)
  return {
    lacks: async () =>
      process.platform === 'linux' && process.arch === 'x64'
        ? lacksPackage(what, async () => [await binary(), await by?.()])
        : `${what} is fetched for Linux on x64 only`,
    run: async (place, args) => {
      const [program, node] = [await binary(), await by?.()]
      return new Promise((resolve, reject) => {
        execFile(
          node ?? program,
          [...(node === undefined ? [] : [program]), ...args],
          { env: place.env, cwd: place.home, timeout: 60_000 },
          (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
        )
      })
    },
  }
}

/** 180 MB. */
export const realOpencode = real('opencode', 'opencode-linux-x64@1.18.33', 'bin/opencode')

/** 120 MB. It needs Node 22, as does what that node is fetched for. */
export const realQwenCode = real('Qwen Code', '@qwen-code/qwen-code@0.24.4', 'cli.js', nodeWithSqlite)

/** 200 MB. */
export const realCopilotCli = real('Copilot CLI', '@github/copilot-linux-x64@1.0.102', 'copilot')

/** 150 MB. */
export const realCline = real('Cline', '@cline/cli-linux-x64@3.0.65', 'bin/cline')
