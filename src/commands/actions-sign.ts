import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { signed } from '../bridge/actions/triggers/signed.ts'
import { types } from '../bridge/actions/types/index.ts'
import { newActionId } from '../bridge/actions/queue.ts'
import { limits } from '../bridge/base/limits.ts'
import type { actions as spec } from '../cli/specs/actions.ts'
import type { Context, VerbsOf } from '../context.ts'
import { jsonOrNull } from '../core/formats/json/loose.ts'
import { layout } from '../core/layout.ts'
import { nearest } from '../core/nearest.ts'
import { isObject } from '../core/object.ts'
import { reach } from '../effects/manifest/open.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import { openSessions, tokenShape } from '../effects/store/sessions.ts'
import { triggerKey, triggerKeys } from '../effects/store/trigger-keys.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import type { JsonObject } from '../model/entry.ts'
import { reachable } from '../model/path.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { wouldDo } from './change.ts'

const variable = 'MCP_TWIN_TOKEN'

type Flags = Parameters<VerbsOf<typeof spec>['sign']>[2]

/** Signs an action with a session's token: `drop` puts it into `bridge/triggers`, `sign` prints it. */
export async function signAction(context: Context, verb: 'drop' | 'sign', type: string, options: Flags): Promise<ExitCode> {
  checkType(type)
  const params = paramsOf(options)
  const { id = newActionId((bytes) => randomBytes(bytes).toString('hex')), to: receiver } = options
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id))
    throw usageError(`--id ${JSON.stringify(id)} has other characters than letters, digits, - and _.`, {
      hint: 'leave it out: one is made',
    })
  const { system, io } = context
  const token =
    (system.variables[variable] ?? '') || (await readStandardInput('The token', `${variable}=… mcp-twin actions ${verb} ${type}`))
  if (!tokenShape.test(token.trim())) throw usageError('That is no token of a session.', { hint: 'to make one: mcp-twin session new' })
  io.hide(token.trim())
  return atHome(context, {}, async (homeContext) => {
    const { home } = homeContext
    if (receiver !== undefined) await checkRecipient(context, homeContext, receiver)
    const folder = reach(home, layout(home.environment, home.folder).bridge)
    const session = await openSessions(system, folder, home.environment.id).verify(token.trim())
    if (session === null)
      throw new TwinError('no-session', 'The session of this token has ended, or was revoked.', { hint: 'mcp-twin session new' })
    if (!(await triggerKeys(system, folder)).has(session.id))
      throw new TwinError('cannot-sign', `Session ${session.id} was made by an older version and cannot sign.`, {
        hint: 'mcp-twin session new',
      })
    const to = receiver === undefined ? {} : { to: receiver }
    const payload = {
      session: session.id,
      nonce: randomBytes(16).toString('hex'),
      timestamp: system.now(),
      action: { type, params, ...to, id },
    }
    const object = signed(triggerKey(token.trim()), payload)
    const text = `${JSON.stringify(object)}\n`
    if (Buffer.byteLength(text) > limits.triggerBytes)
      throw usageError(`The signed action has ${Buffer.byteLength(text)} bytes; ${limits.triggerBytes} are the most.`, {
        hint: 'write the text to a file of the workspace and name that file',
      })
    if (verb === 'sign') {
      io.json({ id, ...object })
      io.raw(text)
      return EXIT.ok
    }
    if (context.isDry === true) return wouldDo(context, `ask for ${type} by a signed file in ${join(folder, 'triggers')}`)
    const triggers = reachable(join(folder, 'triggers'))
    await system.files.makeDirectory(triggers, 0o700)
    const file = reachable(join(triggers, `${id}.json`))
    // `replace` renames a complete file into place, so no bridge reads a part of it.
    await system.files.replace(file, Buffer.from(text), 0o600)
    io.json({ id, file })
    io.out(`Action ${id} is in ${file}; a running bridge takes it up: mcp-twin actions show ${id}`)
    return EXIT.ok
  })
}

async function checkRecipient(context: Context, homeContext: HomeContext, to: string): Promise<void> {
  const [{ bridgeOf }, { demandRecipient }, { recipientHere }] = await Promise.all([
    import('./bridge-at-home.ts'),
    import('./stored-names.ts'),
    import('../bridge/handoff/recipient.ts'),
  ])
  const bridge = await bridgeOf(context, homeContext)
  try {
    await demandRecipient(bridge, to, (...known) => recipientHere(...known, 'An action runs'))
  } finally {
    await bridge.close()
  }
}

function checkType(type: string): void {
  const names = types.map(({ name }) => name)
  if (names.includes(type)) return
  if (/^a-[0-9a-f]+$/i.test(type))
    throw usageError(`${type} is an action that is there already; this makes a new one, of a type.`, {
      hint: `to take that one back: mcp-twin actions cancel ${type}`,
    })
  const near = nearest(type, names)
  throw usageError(`There is no type of action ${JSON.stringify(type)}.`, {
    hint: near === null ? `there are ${names.join(', ')}` : `did you mean "${near}"?`,
  })
}

/** The parameters of `--params`, overridden by those of `--param`. */
function paramsOf({ param = [], params }: Flags): JsonObject {
  const pairs = param.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw usageError(`--param takes NAME=VALUE, not ${JSON.stringify(text)}.`, { hint: "--param 'prompt=Run the tests'" })
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  return { ...(params === undefined ? {} : objectIn(params)), ...Object.fromEntries(pairs) }
}

function objectIn(text: string): JsonObject {
  const value = jsonOrNull(text)
  if (isObject(value)) return value
  throw usageError('--params takes a JSON object.', { hint: `--params '{"prompt":"Run the tests"}'` })
}
