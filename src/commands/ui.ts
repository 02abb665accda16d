import { dirname, join } from 'node:path'
import { clients } from '../catalog/clients/index.ts'
import { builtinServers } from '../catalog/servers/index.ts'
import type { ui as spec } from '../cli/specs/ui.ts'
import type { Context, Run } from '../context.ts'
import { ownProgram } from '../effects/packages/own-program.ts'
import { EXIT, endedBy, type ExitCode, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { abbreviateHome, labelsFor } from '../ui/labels.ts'
import { version } from '../version.ts'
import type { WindowPlan } from '../window/plan.ts'
import { type OpenWindow, openWindow } from '../window/window.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { ttlMs } from './session.ts'
import { audit, look, running, watchedFiles } from './ui-facts.ts'
import { atTerminal, type Desk, desk as newDesk, linkOf, terminalOf } from './ui-terminal.ts'

/** A page on loopback that shows what commands print, and does what they do, until it is closed. */
export const run: Run<typeof spec> = async (context, _words, options) => {
  if (context.options.yes === true)
    throw usageError('ui asks its questions in the terminal; --yes cannot answer them.', { hint: 'mcp-twin ui' })
  const { port = 0 } = options
  if (port > 65_535) throw usageError(`--port ${port} is no port.`, { hint: 'mcp-twin ui --port 4747' })
  const idleMs = ttlMs(options.idle ?? '30m', '--idle')
  const { runInside, runHere } = context
  if (runInside === undefined || runHere === undefined) throw new Error('the page runs commands')
  const whole = (argv: readonly string[]) => [...placeFlags(context), ...argv]
  const inner: Context = { ...context, runInside: (argv, asked) => runInside(whole(argv), asked), runHere: (argv) => runHere(whole(argv)) }
  return atHome(inner, { mayBeAbsent: true }, (homeContext) => serve(inner, homeContext, { ...options, port, idleMs }))
}

/** Every command of the page works on the manifest that this one was typed for, in the terminal too. */
const placeFlags = ({ options: { manifest, user, offline } }: Context): string[] => [
  ...(manifest === undefined ? [] : [`--manifest=${manifest}`]),
  ...(user === true ? ['--user'] : []),
  ...(offline === true ? ['--offline'] : []),
]

interface Settings extends OptionsOf<typeof spec> {
  readonly port: number
  readonly idleMs: number
}

async function serve(context: Context, homeContext: HomeContext, { port, idleMs, ...options }: Settings): Promise<ExitCode> {
  const { system, io, signal, runInside: run } = context
  if (run === undefined) throw new Error('the page runs commands')
  const { home } = homeContext
  const desk = newDesk()
  const window = await openWindow({
    ...{ system, port, idleMs, run },
    isWsl: home.environment.kind === 'wsl',
    page: join(dirname(ownProgram() ?? ''), '..', 'dist', 'page'),
    about: await aboutOf(context, homeContext),
    isReadOnly: options.readOnly === true,
    look: () => look(context, homeContext),
    watched: () => watchedFiles(context, homeContext),
    running: () => running(context, homeContext),
    terminal: terminalOf(context, desk),
    audit: (command, by) => audit(context, command, by),
    onRefused: (why) =>
      io.error(
        why === 'used'
          ? 'A link that was used already came again. If this was not you: Ctrl-C.'
          : 'A link came too late: Enter makes a new one.',
      ),
    onEntered: () => void desk.file?.remove(),
    onUnknown: (why) => io.error(why instanceof Error ? why.message : String(why)),
  })
  try {
    const shown = await linkOf(context, homeContext, window, desk, options.open !== false && !io.asJson)
    io.json({ url: shown, port: window.port })
    const ended = await untilEnd(context, homeContext, window, desk)
    return ended ?? endedBy(signal)
  } finally {
    await desk.file?.remove()
    await window.close(signal.aborted ? 'ended' : 'idle')
  }
}

async function aboutOf({ typed }: Context, { world, place }: HomeContext): Promise<WindowPlan['about']> {
  const labels = labelsFor(world, clients)
  return {
    version,
    typed: typed?.() ?? 'mcp-twin',
    title: place.scope === 'project' ? abbreviateHome(place.shown, world.environments) : '',
    environments: Object.fromEntries(world.environments.map(({ id }) => [id, labels.environment(id)])),
    clients: Object.fromEntries(clients.map(({ id, label }) => [id, label])),
    builtins: (await builtinServers()).map(({ name, description }) => ({ name, description })),
    copies: Object.fromEntries(clients.flatMap(({ id, copyOf }) => (copyOf === undefined ? [] : [[id, copyOf]]))),
  }
}

/** Null: it was ended from outside. */
async function untilEnd(context: Context, homeContext: HomeContext, window: OpenWindow, desk: Desk): Promise<ExitCode | null> {
  const over = new AbortController()
  const aborted = new Promise<null>((resolve) => {
    if (context.signal.aborted) resolve(null)
    context.signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const byItself = window.over.then((why) => {
    context.io.note(why === 'old' ? 'Ended: nobody clicked for 12 hours.' : 'Ended: no tab is open any more.')
    return EXIT.ok
  })
  const byPerson = atTerminal(context, homeContext, window, desk, over.signal)
  return Promise.race([aborted, byItself, byPerson]).finally(() => over.abort())
}
