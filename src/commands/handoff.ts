import { limits } from '../bridge/base/limits.ts'
import { handoffCreate } from '../bridge/tools/handoff/handoff-create.ts'
import { handoffList } from '../bridge/tools/handoff/handoff-list.ts'
import { handoffRead } from '../bridge/tools/handoff/handoff-read.ts'
import type { handoff as spec } from '../cli/specs/handoff.ts'
import type { Context, Run } from '../context.ts'
import { isObject } from '../core/object.ts'
import { absolute } from '../effects/manifest/place.ts'
import { readAllInput } from '../effects/run/standard-input.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import type { JsonObject } from '../model/entry.ts'
import { type OpenBridge, withBridge } from './bridge-at-home.ts'
import { demandRecipient, demandStored } from './stored-names.ts'

const help = { hint: 'mcp-twin handoff --help' }

/** Work handed from one program to another: makes, lists and shows it. */
export const run: Run<typeof spec> = async (context, [action, word], options) => {
  if (action !== 'new' && action !== 'list' && action !== 'show')
    throw usageError(`handoff takes new, list or show, not ${JSON.stringify(action ?? '')}.`, help)
  if (action === 'list') {
    if (word !== undefined) throw usageError(`handoff list does not take ${JSON.stringify(word)}.`, help)
    return withBridge(context, (open) => list(context, open, options))
  }
  if (word === undefined)
    throw usageError(action === 'new' ? 'handoff new needs a title.' : 'handoff show needs the id of a handoff.', {
      hint: action === 'new' ? help.hint : 'mcp-twin handoff list shows their ids',
    })
  if (action === 'show')
    return withBridge(context, async (open) => {
      await demandStored(open.bridge, word.startsWith('q-') ? 'question' : 'handoff', word)
      return show(context, open, word)
    })
  const handoff = word === '-' ? await piped() : typed(word, options)
  return withBridge(context, async (open) => {
    const { self, world } = open.bridge.settings
    // Tools take relative paths from the workspace, a person from the folder that the shell is in.
    const named = async (file: string) => (file.startsWith('~') ? file : absolute(context.system, self, file, await world()))
    const files = await Promise.all(words(options.file).map(named))
    const { repository } = options
    return make(context, open, {
      ...handoff,
      ...(files.length > 0 && { files }),
      ...(typeof repository === 'string' && { repository: await named(repository) }),
    })
  })
}

async function make({ io }: Context, { bridge, call }: OpenBridge, handoff: JsonObject): Promise<ExitCode> {
  if (typeof handoff.to === 'string') await demandRecipient(bridge, handoff.to)
  const { text, data } = await call(handoffCreate, handoff)
  io.json(data)
  io.out(text)
  return EXIT.ok
}

async function list({ io }: Context, { bridge, call }: OpenBridge, { status, to }: Record<string, unknown>): Promise<ExitCode> {
  if (typeof to === 'string') await demandRecipient(bridge, to)
  const { text, data } = await call(handoffList, { ...(status !== undefined && { status }), ...(to !== undefined && { to }) })
  io.json(data)
  io.raw(`${text}\n`)
  return EXIT.ok
}

async function show({ io }: Context, { call }: OpenBridge, id: string): Promise<ExitCode> {
  const { text, data } = await call(handoffRead, { id, max_tokens: limits.answerTokensMost })
  io.json(data)
  io.raw(`${text}\n`)
  return EXIT.ok
}

/** The handoff of the flags. */
function typed(title: string, options: Record<string, unknown>): JsonObject {
  const { goal, to, acceptance } = options
  if (typeof goal !== 'string') throw usageError('handoff new needs --goal: what the other program shall reach.', help)
  const sections = words(options.section).map(section)
  return {
    ...{ title, goal, sections: sections.length === 0 ? [{ heading: 'Goal', body: goal }] : sections },
    ...(typeof to === 'string' && { to }),
    ...(typeof acceptance === 'string' && { acceptance }),
  }
}

const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** `HEADING: TEXT`; `2 HEADING: TEXT` with its priority. */
function section(text: string): JsonObject {
  const [, priority, heading, body] = /^(?:([1-5]) )?([^:]+):\s*(.+)$/s.exec(text) ?? []
  if (heading === undefined || body === undefined)
    throw usageError(`--section takes HEADING: TEXT, not ${JSON.stringify(text)}.`, { hint: "--section '1 Design: one form, JWT'" })
  return { heading: heading.trim(), body, ...(priority !== undefined && { priority: Number(priority) }) }
}

/** The arguments of handoff_create as JSON on standard input. */
async function piped(): Promise<JsonObject> {
  const text = await readAllInput('The handoff', "mcp-twin handoff new TITLE --goal '…'", 32)
  try {
    const parsed: unknown = JSON.parse(text)
    if (isObject(parsed)) return parsed
  } catch {
    // Refused below.
  }
  throw usageError('Standard input is no JSON object.', {
    hint: `echo '{"title":"…","goal":"…","sections":[{"heading":"…","body":"…"}]}' | mcp-twin handoff new -`,
  })
}
