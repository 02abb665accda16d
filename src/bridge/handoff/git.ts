import { execFile } from 'node:child_process'
import { limits } from '../base/limits.ts'
import { codeOf, failed } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'

/** How git is started: in which repository, and with which settings over those of the repository. */
export interface GitPlace {
  /** The absolute path of git. */
  readonly program: string
  readonly settings: Pick<Settings, 'variables'>
  readonly signal: AbortSignal
  /** The folder that git is started in, and the directories that were checked. */
  readonly cwd: string
  readonly where: readonly string[]
  readonly over: Readonly<Record<string, string>>
}

/** The only variables that git gets: those by which it finds its own parts and its user's settings. None names another repository. */
const passed = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SystemRoot', 'SystemDrive', 'TEMP', 'TMP']

/**
 * No program, hook or server that a repository configures is used. Its own `protocol.<name>.allow` would win over `protocol.allow`, but
 * not over GIT_ALLOW_PROTOCOL; older gits fetch what is missing whatever GIT_NO_LAZY_FETCH says (git before 2.45).
 */
const always = { 'core.fsmonitor': 'false', 'core.hooksPath': '/dev/null', 'protocol.allow': 'never', 'core.quotePath': 'false' }
const quiet = { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none', LC_ALL: 'C' }

/**
 * Runs git without a shell and resolves to its output. Null: it ended with an error, as it does for something that does not exist.
 * More output than `limits.handoffGitOutput` is cut.
 */
export function askGit({ program, settings, signal, cwd, where, over }: GitPlace, words: readonly string[]): Promise<string | null> {
  const config = Object.entries({ ...always, ...over })
  const env = {
    ...Object.fromEntries(passed.map((name) => [name, settings.variables[name]])),
    ...quiet,
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(
      config.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  }
  const options = { cwd, env, signal, timeout: limits.handoffGitMs, maxBuffer: limits.handoffGitOutput, windowsHide: true }
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...where, '--no-pager', ...words], options, (error, stdout) => {
      if (error === null || codeOf(error) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') resolve(stdout)
      else if (codeOf(error) === 'ENOENT') reject(failed('git or the repository is gone; leave repository out.'))
      else if (signal.aborted) reject(error)
      else if (error.killed) reject(failed('git did not answer in time; leave repository out, or name a smaller one.'))
      else resolve(null)
    })
    child.stdin?.end()
  })
}
