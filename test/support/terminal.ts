import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { cliPath } from './cli.ts'
import { lacks, nodePath, toolPath } from './machine.ts'
import type { Scratch } from './scratch.ts'

const execute = promisify(execFile)

/** Why prompts cannot be driven here, or null. */
export const lacksTerminal: string | null = lacks('tmux')

export interface TerminalOptions {
  readonly width?: number
  readonly height?: number
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** Another command than the project's program. */
  readonly argv?: readonly string[]
}

/** A program in a real terminal of its own, driven as a person would. */
export interface Terminal {
  /** Keys by tmux's names (`Enter`, `Down`, `Space`, `C-c`); each waits a moment so that the program can redraw. */
  keys(...names: string[]): Promise<void>
  /** Text as typed, letter by letter, without Enter. */
  type(text: string): Promise<void>
  /** What the screen shows now, without trailing blanks. */
  screen(): Promise<string>
  /** All that was shown, scrolled-off lines too. */
  history(): Promise<string>
  /** The same with its colours, as escape sequences. */
  coloured(): Promise<string>
  /** Waits for a text on the screen; fails with the screen when it does not come. */
  waitFor(text: string | RegExp, timeoutMs?: number): Promise<string>
  /** Waits for the program to end and answers its exit code. */
  exit(timeoutMs?: number): Promise<number>
  close(): Promise<void>
}

/** Starts the program in a terminal. It is closed when the test ends. */
export async function terminal(
  place: Pick<Scratch, 'root' | 'home' | 'env'>,
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<Terminal> {
  const name = randomBytes(6).toString('hex')
  const socket = join(place.root, `tmux-${name}`)
  const codeFile = join(place.root, `exit-${name}`)
  const env = { ...place.env, TERM: 'xterm-256color', ...options.env }
  // A server of its own, reading no config of the machine, with the scratch's environment and no other.
  const tmux = async (...words: string[]) => {
    const { stdout } = await execute('tmux', ['-S', socket, '-f', '/dev/null', ...words], {
      env: { PATH: toolPath, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    })
    return stdout
  }
  const argv = options.argv ?? [nodePath, cliPath]
  const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  const line = [...['env', '-i', ...settings], ...argv, ...args].map(quoted).join(' ')
  const { width = 100, height = 40 } = options
  const cwd = options.cwd ?? place.home
  await tmux(
    'new-session',
    '-d',
    '-x',
    String(width),
    '-y',
    String(height),
    '-c',
    cwd,
    `${line}; echo $? > ${quoted(codeFile)}; exec sleep 600`,
  )

  const screen = async () => (await tmux('capture-pane', '-p')).replace(/[ \t]+$/gm, '').trimEnd()
  const close = async () => {
    await tmux('kill-server').catch(() => {})
  }
  onTestFinished(close)
  const until = async <T>(what: string, timeoutMs: number, look: () => Promise<T | null>): Promise<T> => {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const found = await look()
      if (found !== null) return found
      if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs} ms; the screen:\n${await screen()}`)
      await sleep(30)
    }
  }
  return {
    async keys(...names) {
      for (const key of names) {
        await tmux('send-keys', key)
        await sleep(60)
      }
    },
    async type(text) {
      await tmux('send-keys', '-l', '--', text)
    },
    screen,
    coloured: async () => (await tmux('capture-pane', '-e', '-p', '-S', '-')).trimEnd(),
    history: async () => (await tmux('capture-pane', '-p', '-S', '-')).replace(/[ \t]+$/gm, '').trimEnd(),
    waitFor: (text, timeoutMs = 60_000) =>
      until(String(text), timeoutMs, async () => {
        const shown = await screen()
        return (typeof text === 'string' ? shown.includes(text) : text.test(shown)) ? shown : null
      }),
    exit: (timeoutMs = 60_000) =>
      until('the end of the program', timeoutMs, async () => {
        const text = existsSync(codeFile) ? readFileSync(codeFile, 'utf8').trim() : ''
        return text === '' ? null : Number(text)
      }),
    close,
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
