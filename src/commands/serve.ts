import { join } from 'node:path'
import { ppid, stdin, stdout } from 'node:process'
import { clients } from '../catalog/clients/index.ts'
import { liveIn } from '../bridge/handoff/claims.ts'
import { WaitingFile, waitingFor, waitingLine } from '../bridge/handoff/waiting.ts'
import { locateHome } from '../bridge/start/home.ts'
import { type Listening, serveBridge } from '../bridge/start/serving.ts'
import { checkClient, checkFamilies, decideSettings } from '../bridge/start/settings.ts'
import type { serve as spec } from '../cli/specs/serve.ts'
import type { Run } from '../context.ts'
import { manifestName } from '../core/layout.ts'
import { notYours } from '../effects/machine/ownership-faults.ts'
import { EXIT, TwinError, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { reachable } from '../model/path.ts'
import { version } from '../version.ts'
import { clientFiles } from './client-files.ts'

const forPeople =
  'This is the bridge. Programs start it and talk to it here; by hand there is nothing to type, and Ctrl-C ends it.\n' +
  'What waits in it: mcp-twin inbox. What programs remember: mcp-twin memory list. Whether it works: mcp-twin doctor --deep'

/** Runs the bridge until its client goes away. stdout belongs to the protocol. */
export const run: Run<typeof spec> = async (context, _args, options) => {
  const { system } = context
  const listen = listener(options)
  const { tools = [], root = [], terminal } = options
  checkFamilies(tools)
  const client = context.options.client?.[0] ?? 'unknown'
  checkClient(client)
  // A person typed it: a program has neither of these.
  if (stdin.isTTY && stdout.isTTY && options.runner !== true) context.io.note(forPeople)
  const homeContext = await locateHome(system)
  if (homeContext.kind === 'elsewhere') {
    const { delegate } = await import('../effects/machine/delegate.ts')
    return (await delegate(system, homeContext.world, homeContext.home, context.argv)) === 0 ? EXIT.ok : EXIT.failed
  }
  const { folder, refused } = homeContext
  // Tokens are in that folder too: anyone who can write there could create one.
  if (refused !== null && (listen.http !== null || listen.ws !== null))
    throw new TwinError(notYours, `Cannot listen: ${refused}. Other users could create tokens.`, {
      exit: EXIT.usage,
      hint: 'mcp-twin doctor',
    })
  const settings = decideSettings(
    {
      system,
      version,
      self: homeContext.self,
      folder,
      refused,
      manifest: reachable(context.options.manifest ?? join(folder, manifestName)),
      isNamed: context.options.manifest !== undefined,
      world: homeContext.world,
      clientIds: clients.map(({ id }) => id),
      programs: clients,
      clientFiles,
      keys: async (read) => (await import('../effects/store/hidden-keys.ts')).hiddenKeys(system, folder, read),
      keyNamed: async (read, name) => (await import('../effects/store/hidden-keys.ts')).keyNamed(system, folder, read, name),
    },
    {
      client,
      roots: root,
      tools,
      terminal,
      readOnly: options.readOnly === true,
    },
  )
  const greets = refused === null && (options.tools === undefined || tools.includes('handoff'))
  const file = new WaitingFile(join(folder, 'bridge', 'waiting.json'))
  await serveBridge({
    settings,
    version,
    system,
    listen,
    isRunner: options.runner === true,
    waiting: (who = client) => (greets ? waitingLine(waitingFor(file.read(), who, liveIn(system), system.now())) : null),
    stdin,
    stdout,
    parent: () => ppid,
    signal: context.signal,
    say: (text) => context.io.note(text),
  })
  return EXIT.ok
}

/** Where to listen. */
function listener(options: OptionsOf<typeof spec>): Listening {
  const address = options.listen ?? '127.0.0.1'
  if (address !== '127.0.0.1' && options.insecure !== true)
    throw usageError(`--listen ${address} lets others on the network reach this bridge.`, {
      hint: 'add --insecure if you mean it, and put a TLS proxy in front: tokens would cross the network in the clear',
    })
  const [http, ws] = [portOf('--http', options.http, 4324), portOf('--ws', options.ws, 4323)]
  if (http === null && ws === null && options.listen !== undefined)
    throw usageError(`--listen ${address} has no effect without --http or --ws.`, {
      hint: `mcp-twin serve --http 4324 --listen ${address}`,
    })
  return { address, http, ws }
}

/** The port that a flag names; null without the flag. */
function portOf(flag: string, value: string | true | undefined, usual: number): number | null {
  if (value === undefined) return null
  const port = value === true ? usual : Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw usageError(`${flag} takes a port, not ${JSON.stringify(value)}.`, { hint: `mcp-twin serve ${flag} ${usual}` })
  return port
}
