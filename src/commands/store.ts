import { shownAddress } from '../bridge/machines/address.ts'
import type { JoinedServer } from '../bridge/machines/copy.ts'
import { grantsSql, quotedName, schemaSql, serverSchema, upgradeSql } from '../bridge/machines/schema.ts'
import type { ServerState } from '../bridge/machines/server.ts'
import type { OutboxCounts } from '../bridge/machines/outbox.ts'
import { liveWords, shownServer } from '../bridge/machines/shown.ts'
import type { store as spec } from '../cli/specs/store.ts'
import type { VerbsOf } from '../context.ts'
import { count } from '../core/count.ts'
import { localTime } from '../core/local-time.ts'
import { storeUrlOf } from '../core/manifest/names.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { EXIT, usageError } from '../errors.ts'
import { lookInBridge, refused, withBridge } from './bridge-at-home.ts'
import { countWords, storedNow } from './store-server.ts'

type Verbs = VerbsOf<typeof spec>

const show: Verbs['show'] = (context) =>
  lookInBridge(context, async (open) => {
    const { io } = context
    const { server } = await refused(storedNow(open))
    // The copy is brought up to date before it is counted.
    const state = server === null ? null : await refused(open.bridge.storeServer(context.signal))
    const { counts, outbox } = await refused(storedNow(open))
    io.json({
      ...{ engine: server === null ? 'embedded' : 'postgres', counts },
      server:
        server === null
          ? null
          : { ...shownServer(server, state), unsent: outbox.unsent, refused: outbox.refused, conflicts: outbox.conflicts },
    })
    if (server === null) io.out('The store is embedded: it is on this machine alone.')
    else for (const line of serverLines(server, state, outbox)) io.out(line)
    io.out(`It holds ${countWords(counts)}.`)
    const named = storeUrlOf((await open.homeContext.openAt(userPlace(open.homeContext.home))).manifest)
    if (server === null && named !== null)
      io.note('The manifest names a store server, which this machine has not joined: mcp-twin store move')
    return EXIT.ok
  })

function serverLines(server: JoinedServer, state: ServerState | null, { unsent, refused: why, conflicts }: OutboxCounts): string[] {
  const facts = state?.facts ?? null
  const since = state === null || state.since === 0 ? '' : ` since ${localTime(state.since)}`
  return [
    `The store is on ${shownAddress(server.url)}, with a whole copy here. This machine is ${server.machine} there.`,
    ...(facts === null
      ? []
      : [`You are ${facts.person}${facts.administrator ? ', an administrator: this role can read what everybody keeps there' : ''}.`]),
    state?.reached === true
      ? `The server is reached${since}.${liveWords(state)}`
      : `The server is not reached${since}${state?.why == null ? '' : `: ${state.why}`}. Until it is, reading works, and new things are kept here to be sent later.`,
    ...(facts !== null && facts.schema < serverSchema
      ? [`The schema there is ${facts.schema}, and this program makes ${serverSchema}: mcp-twin store upgrade`]
      : []),
    ...(unsent === 0 ? [] : [`${count(unsent, 'write is', 'writes are')} kept here and not on the server yet.`]),
    ...(why === null ? [] : [`It refused some of that, which is tried again every minute. ${why}`]),
    ...(conflicts === 0 ? [] : [`${count(conflicts, 'key was', 'keys were')} changed on another machine meanwhile: mcp-twin inbox`]),
  ]
}

const move: Verbs['move'] = async (context, [where], options) => {
  const { moveBack, moveTo } = await import('./store-move.ts')
  return withBridge(context, (open) => (where === 'embedded' ? moveBack(context, open) : moveTo(context, open, where, options)))
}

const link: Verbs['link'] = async (context, [folder, name]) => (await import('./store-link.ts')).linkNamespace(context, folder, name)

const upgrade: Verbs['upgrade'] = async (context) => (await import('./store-upgrade.ts')).upgradeServer(context)

/** Names of roles that need no care in any shell or file. */
const ordinary = /^[\p{L}_][\p{L}\p{N}._-]{0,62}$/u

/** Text for `psql`; it names no password, which `\password` asks for. */
const sql: Verbs['sql'] = async ({ io }, _words, { person, upgrade: isUpgrade }) => {
  if (person !== undefined && !ordinary.test(person))
    throw usageError(`"${person}" is no name for a person: letters, digits, dots, dashes and underscores, at most 63.`, {
      hint: 'mcp-twin store sql --person ben',
    })
  const role = person === undefined ? '' : quotedName(person)
  if (person !== undefined && isUpgrade === true)
    throw usageError('--upgrade changes the schema, which all people share.', { hint: 'mcp-twin store sql --upgrade' })
  const text =
    person === undefined
      ? (isUpgrade === true ? upgradeSql : schemaSql).trimStart()
      : `CREATE ROLE ${role} LOGIN;\n-- Asks for the password: \\password ${role}\n${grantsSql(role).trimStart()}`
  io.json({ sql: text })
  io.data(text)
  return EXIT.ok
}

/** Shows where the store is, and moves it. */
export const verbs: Verbs = { show, move, link, upgrade, sql }
