import { arch } from 'node:os'
import { addressIn, filledIn, type ServerAddress, shownAddress } from '../bridge/machines/address.ts'
import type { JoinedServer } from '../bridge/machines/copy.ts'
import { likelyPairs, projectsHere } from '../bridge/machines/likely-pairs.ts'
import { joinServer, leaveServer, type Moved, type StoreMove } from '../bridge/machines/joining.ts'
import { isConnected, lookAt, makeSchema, type ServerLook } from '../bridge/machines/looking.ts'
import { Unreachable } from '../bridge/machines/trouble.ts'
import { chooseEngine } from '../bridge/store/engine.ts'
import { StorePlace } from '../bridge/store/place.ts'
import type { StoredCounts } from '../bridge/store/state.ts'
import type { Context } from '../context.ts'
import { count } from '../core/count.ts'
import { machineName } from '../effects/machine/machine-name.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { quotedPath } from '../model/quoted-path.ts'
import { type OpenBridge, refused } from './bridge-at-home.ts'
import { countWords, keepInManifest, type MoveOptions, storedNow, type WantedServer, wantedServer } from './store-server.ts'

/** `store move URL`, or without one to the server that the manifest names. */
export async function moveTo(context: Context, open: OpenBridge, typed: string | undefined, options: MoveOptions): Promise<ExitCode> {
  const { settings } = open.bridge
  const wanted = await wantedServer(context, open, typed, options)
  const { counts, server } = await refused(storedNow(open))
  if (server !== null) return already(context, open, server, wanted, options)
  const joined: JoinedServer = { url: wanted.url, machine: usableName(options.machine ?? (await nameHere(open))), ...wanted.trust }
  const address = await refused(filledIn(wanted.url, settings).then(addressIn))
  if (address.password !== '') context.io.hide(address.password)
  const look = await reached(lookAt(address, wanted.trust))
  if (look.machines.includes(joined.machine)) await demandFree(context, joined, address)
  const lines = preview(joined, look, counts)
  for (const line of lines) context.io.noteWhole(line, context.options.yes !== true)
  const to = shownAddress(wanted.url)
  if (context.isDry === true) return rehearsed(context, { from: 'embedded', to }, counts)
  await agree(context)
  if (!look.isMade) await reached(makeSchema(address, wanted.trust))
  // A store that was never used is made first.
  await refused(open.bridge.store())
  await open.bridge.redaction.ready()
  const holdsKey = (value: unknown) => open.bridge.redaction.keyIn(value)
  const moved = await reached(joinServer({ ...movingIn(open), server: joined, address, holdsKey }))
  await keepInManifest(context, open, wanted.spec, joined.machine)
  const pairs = await pairsHere(open, joined.machine)
  report(context, open, { from: 'embedded', to }, moved, { pairs })
  for (const { dir, namespace, machine } of pairs)
    context.io.out(
      `${dir} may be the project that is ${namespace} on ${machine}. If so: mcp-twin store link ${quotedPath(dir)} ${quotedPath(namespace)}`,
    )
  context.io.out(`The store is on ${to} now, and a whole copy of it here. Each other machine joins with: mcp-twin store move`)
  return EXIT.ok
}

/** Two machines that are connected under one name would take each other's claims and actions for their own. */
async function demandFree({ system }: Context, { machine, ...trust }: JoinedServer, address: ServerAddress): Promise<void> {
  if (!(await reached(isConnected(address, trust, machine, () => system.now())))) return
  throw usageError(`Another machine is connected as ${machine}.`, {
    hint: 'give this one another name: mcp-twin store move --machine NAME',
  })
}

/** `store move embedded`. */
export async function moveBack(context: Context, open: OpenBridge): Promise<ExitCode> {
  const { counts, server } = await refused(storedNow(open))
  if (server === null) {
    const changed = context.isDry !== true && (await keepInManifest(context, open, null))
    context.io.json({ from: 'embedded', to: 'embedded', changed })
    context.io.out(`The store is embedded already${changed ? '; the manifest names no server any more' : ''}.`)
    return EXIT.ok
  }
  const from = shownAddress(server.url)
  // What other machines wrote last comes along where the server can be asked.
  const state = context.isDry === true ? null : await refused(open.bridge.storeServer(context.signal))
  const lines = [
    `From: ${from}. To: the embedded store of this machine, with all that its copy holds: ${countWords(counts)}.`,
    ...(state?.reached === false ? [`The server is not reached: ${state.why}. What other machines wrote meanwhile stays there.`] : []),
    'What is on the server stays there. From then on this machine neither reads nor writes it.',
  ]
  for (const line of lines) context.io.noteWhole(line, context.options.yes !== true)
  if (context.isDry === true) return rehearsed(context, { from, to: 'embedded' }, counts)
  await agree(context)
  const moved = await refused(leaveServer(movingIn(open)))
  await keepInManifest(context, open, null)
  report(context, open, { from, to: 'embedded' }, { ...moved, conflicts: 0, leftOut: { memory: [], handoffs: [], questions: [] } })
  context.io.out('The store is embedded again.')
  return EXIT.ok
}

/** Checkouts of this machine that are likely projects which other machines know under another namespace. */
const pairsHere = async ({ bridge }: OpenBridge, machine: string) =>
  (await bridge.store()).snapshot((database) =>
    projectsHere(database).flatMap(({ project, namespace }) =>
      likelyPairs(database, [namespace], machine).map((pair) => ({ dir: project, namespace: pair.other, machine: pair.machine })),
    ),
  )

const movingIn = ({ bridge: { settings } }: OpenBridge): StoreMove => ({
  place: new StorePlace(settings.folder),
  engine: chooseEngine(settings.platform, arch()),
  now: () => settings.now(),
  random: (bytes) => settings.random(bytes),
})

/** A machine that has joined: the manifest may not say so yet. */
async function already(
  context: Context,
  open: OpenBridge,
  server: JoinedServer,
  wanted: WantedServer,
  { machine }: MoveOptions,
): Promise<ExitCode> {
  const shown = shownAddress(server.url)
  if (server.url !== wanted.url)
    throw usageError(`The store of this machine is on ${shown} already.`, { hint: 'first go back: mcp-twin store move embedded' })
  if (machine !== undefined && machine !== server.machine)
    throw usageError(`This machine is ${server.machine} there. It gets another name where it joins again.`, {
      hint: 'first go back: mcp-twin store move embedded',
    })
  const changed = context.isDry !== true && (await keepInManifest(context, open, wanted.spec))
  context.io.json({ from: shown, to: shown, changed })
  context.io.out(`The store is on ${shown} already${changed ? '; the manifest says so now' : ''}.`)
  return EXIT.ok
}

/** Names that others can write after an @. */
const usable = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,62}$/u

const nameHere = async ({ homeContext }: OpenBridge): Promise<string> =>
  machineName((await homeContext.openAt(userPlace(homeContext.home))).state)

function usableName(name: string): string {
  if (usable.test(name)) return name
  throw usageError('The name of a machine consists of letters, digits, dots, dashes and underscores, at most 63.', {
    hint: 'mcp-twin store move --machine laptop',
  })
}

function preview({ url, machine }: JoinedServer, look: ServerLook, counts: StoredCounts): string[] {
  const others = look.machines.filter((each) => each !== machine)
  const there =
    look.memory + look.handoffs === 0
      ? 'It holds nothing of yours yet.'
      : `It holds ${count(look.memory, 'key')} and ${count(look.handoffs, 'handoff')} of yours${others.length === 0 ? '' : `, from ${others.join(', ')}`}. Both are merged: where a key differs, the server's value stays current and this machine's is in its history.`
  return [
    `From: the embedded store of this machine, with ${countWords(counts)}.`,
    `To: ${shownAddress(url)}, as ${look.person}. This machine is ${machine} there.`,
    ...(look.isMade ? [there] : ['The schema mcp_twin is made there.']),
    ...(look.machines.includes(machine)
      ? [`A machine named ${machine} wrote there before. If that was another one, choose another name with --machine.`]
      : []),
    `Whoever administers the server can read all of it${look.administrator ? ', and so can this role' : ''}.`,
    'Searches and actions stay on this machine. While the server is away, reading works, and new things are kept here to be sent later.',
    'Running bridges change over by themselves. The file of the embedded store stays, unused.',
  ]
}

async function agree({ options, prompt }: Context): Promise<void> {
  if (options.yes === true || (await prompt.confirm('Move the store?', { flag: '--yes', default: false }))) return
  throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
}

interface Ends {
  readonly from: string
  readonly to: string
}

function rehearsed({ io }: Context, ends: Ends, counts: StoredCounts): ExitCode {
  io.json({ ...ends, holds: counts, dryRun: true })
  io.out('Nothing was changed (--dry-run).')
  return EXIT.ok
}

/** Why the server could not be asked, as an error of a command. */
const reached = <T>(work: Promise<T>): Promise<T> =>
  refused(work).catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error
    throw new TwinError('not-reached', `The store server is not reached: ${error.message}. The store is where it was.`, {
      hint: 'when it is reached, type the command again',
    })
  })

function report(
  { io }: Context,
  { bridge: { redaction } }: OpenBridge,
  ends: Ends,
  { from, to, conflicts, leftOut }: Moved,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const counts = Object.fromEntries(
    Object.entries(from).map(([kind, n]) => {
      const kept = kind in leftOut ? leftOut[kind as keyof typeof leftOut].length : 0
      return [kind, { from: n, to: to[kind as keyof StoredCounts], conflicts: kind === 'memory' ? conflicts : 0, left_out: kept }]
    }),
  )
  const names = Object.values(leftOut)
    .flat()
    .map((name) => redaction.text(name))
  io.json({ ...ends, counts, left_out: names, verified: true, ...more })
  for (const [kind, { from: n, to: there }] of Object.entries(counts)) io.out(`  ${kind}: ${n} → ${there}`)
  if (conflicts > 0)
    io.out(
      `${count(conflicts, 'key differs', 'keys differ')} there. This machine's values are in their history: mcp-twin memory history KEY`,
    )
  if (names.length > 0) io.out(`Left out, since each holds a stored key: ${names.join(', ')}.`)
}
