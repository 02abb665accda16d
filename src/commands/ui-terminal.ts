import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Context } from '../context.ts'
import { openOn } from '../effects/machine/open-link.ts'
import { openPage } from '../effects/machine/open-page.ts'
import { TwinError } from '../errors.ts'
import { reachable } from '../model/path.ts'
import type { AskingTerminal } from '../window/doing.ts'
import type { OpenWindow } from '../window/window.ts'
import type { HomeContext } from './at-home.ts'

/** How long a question of the page waits for its answer. */
const answerMs = 5 * 60_000

/** The terminal of the person: what waits there for Enter gives way to a question of the page. */
export interface Desk {
  /** The file that leads to the link, while it is there. */
  file: { remove(): Promise<void> } | null
  waiting: AbortController
  /** Ends with the question that is asked. */
  asked: Promise<unknown>
}

export const desk = (): Desk => ({ file: null, waiting: new AbortController(), asked: Promise.resolve() })

/** Makes a link, prints it, and opens it unless it should not. Returns its address. */
export async function linkOf(context: Context, homeContext: HomeContext, window: OpenWindow, desk: Desk, opens: boolean): Promise<string> {
  const { io } = context
  const ticket = window.ticket()
  const address = `http://127.0.0.1:${window.port}/#${ticket}`
  io.out(address)
  if (opens) {
    const why = await openedBy(context, homeContext, window, desk, ticket)
    if (why !== null) io.note(`It was not opened: ${why}. Open the address yourself.`)
  }
  return address
}

/** Why it was not opened; null: it was. */
async function openedBy(
  { system }: Context,
  { world, home }: HomeContext,
  window: OpenWindow,
  desk: Desk,
  ticket: string,
): Promise<string | null> {
  // To Windows' programs only; on Linux and macOS every user can read the arguments of a browser.
  if (home.environment.kind === 'wsl' || home.environment.kind === 'windows') {
    const question = system.random(16)
    const proof = { path: `/hello?n=${question}`, text: window.proof(question) }
    return (await openPage(system, world, window.port, `/#${ticket}`, proof)).why
  }
  await desk.file?.remove()
  const folder = await mkdtemp(join(tmpdir(), 'mcp-twin-ui-'))
  const file = join(folder, 'open.html')
  const forget = system.removeAtExit?.([reachable(file), reachable(folder)])
  desk.file = {
    async remove() {
      desk.file = null
      await rm(folder, { recursive: true, force: true })
      forget?.()
    },
  }
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=http://127.0.0.1:${window.port}/#${ticket}">`
  await writeFile(file, page, { mode: 0o600, flag: 'wx' })
  return (await openOn(system, world, home.environment, pathToFileURL(file).href)) ? null : 'no browser could be started'
}

/** Waits at the terminal: Enter opens the page again by a new link. Ends by Ctrl-C alone. */
export async function atTerminal(
  context: Context,
  homeContext: HomeContext,
  window: OpenWindow,
  desk: Desk,
  over: AbortSignal,
): Promise<never> {
  while (context.prompt.able && !over.aborted) {
    desk.waiting = new AbortController()
    const { signal } = desk.waiting
    try {
      await context.prompt.text('Enter opens it again, Ctrl-C ends it', { flag: '', signal: AbortSignal.any([over, signal]) })
      await linkOf(context, homeContext, window, desk, true)
    } catch (error) {
      // Ctrl-C ends the program; only another question takes this one back.
      if (!signal.aborted) throw error
      await desk.asked
    }
  }
  return new Promise(() => undefined)
}

/** Questions of the page, asked here. */
export function terminalOf({ io, prompt, runHere }: Context, desk: Desk): AskingTerminal | null {
  if (!prompt.able || runHere === undefined) return null
  const ask: AskingTerminal['ask'] = async ({ plan }, { typed, starts }) => {
    io.noteWhole(`\nThe page asks for: ${typed}`, true)
    await runHere(plan)
    if (starts.length > 0) io.noteWhole(`Not agreed to on this computer yet:\n${starts.map((each) => `  ${each}`).join('\n')}`, true)
    try {
      return await prompt.confirm('Do it?', { flag: '--yes', default: false, signal: AbortSignal.timeout(answerMs) })
    } catch (error) {
      if (error instanceof TwinError && error.code === 'cancelled') return false
      throw error
    }
  }
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = work()
    desk.asked = turn.catch(() => undefined)
    desk.waiting.abort()
    return turn
  }
  return { ask: (wish, plan) => alone(() => ask(wish, plan)), run: (line) => alone(() => runHere(line)) }
}
