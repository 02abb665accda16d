import { limits } from '../bridge/base/limits.ts'
import { answerTwin } from '../bridge/tools/handoff/answer-twin.ts'
import { handoffCreate } from '../bridge/tools/handoff/handoff-create.ts'
import { handoffList } from '../bridge/tools/handoff/handoff-list.ts'
import { handoffRead } from '../bridge/tools/handoff/handoff-read.ts'
import type { handoff as spec } from '../cli/specs/handoff.ts'
import type { Context, VerbsOf } from '../context.ts'
import { isObject } from '../core/object.ts'
import { absolute } from '../effects/manifest/place.ts'
import { readAllInput, readStandardInput } from '../effects/run/standard-input.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import type { JsonObject } from '../model/entry.ts'
import { lookInBridge, type OpenBridge, withBridge } from './bridge-at-home.ts'
import { demandRecipient, demandStored } from './stored-names.ts'

type Verbs = VerbsOf<typeof spec>

const help = { hint: 'mcp-twin handoff new --help' }

const create: Verbs['new'] = async (context, [title], options) => {
  const handoff = title === '-' ? await piped(options) : typed(title, options)
  return withBridge(context, async (open) => {
    const { self, world } = open.bridge.settings
    // Tools take relative paths from the workspace, a person from the folder that the shell is in.
    const named = async (file: string) => (file.startsWith('~') ? file : absolute(context.system, self, file, await world()))
    const { file = [], repository } = options
    const files = await Promise.all(file.map(named))
    return make(context, open, {
      ...handoff,
      ...(files.length > 0 && { files }),
      ...(repository !== undefined && { repository: await named(repository) }),
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

const list: Verbs['list'] = (context, _words, { status, to }) =>
  lookInBridge(context, async ({ bridge, call }) => {
    if (to !== undefined) await demandRecipient(bridge, to)
    const { text, data } = await call(handoffList, { ...(status !== undefined && { status }), ...(to !== undefined && { to }) })
    context.io.json(data)
    context.io.raw(`${text}\n`)
    return EXIT.ok
  })

const show: Verbs['show'] = (context, [id]) =>
  lookInBridge(context, async ({ bridge, call }) => {
    await demandStored(bridge, id.startsWith('q-') ? 'question' : 'handoff', id)
    const { text, data } = await call(handoffRead, { id, max_tokens: limits.answerTokensMost })
    context.io.json(data)
    context.io.raw(`${text}\n`)
    return EXIT.ok
  })

const answer: Verbs['answer'] = (context, [id, typed]) =>
  lookInBridge(context, async ({ bridge, call }) => {
    await demandStored(bridge, 'question', id)
    const words = typed === '-' ? await readStandardInput('The answer', 'mcp-twin handoff answer ID TEXT') : typed
    const { text, data } = await call(answerTwin, { question_id: id, answer: words })
    context.io.json(data)
    context.io.out(text)
    return EXIT.ok
  })

/** Work and questions handed from one program to another: makes, lists, shows and answers them. */
export const verbs: Verbs = { new: create, list, show, answer }

type Flags = Parameters<Verbs['new']>[2]

/** The handoff of the flags. */
function typed(title: string, { goal, to, acceptance, section: texts = [] }: Flags): JsonObject {
  if (goal === undefined) throw usageError('handoff new needs --goal: what the other program shall reach.', help)
  const sections = texts.map(section)
  return {
    ...{ title, goal, sections: sections.length === 0 ? [{ heading: 'Goal', body: goal }] : sections },
    ...(to !== undefined && { to }),
    ...(acceptance !== undefined && { acceptance }),
  }
}

/** `HEADING: TEXT`; `2 HEADING: TEXT` with its priority. */
function section(text: string): JsonObject {
  const [, priority, heading, body] = /^(?:([1-5]) )?([^:]+):\s*(.+)$/s.exec(text) ?? []
  if (heading === undefined || body === undefined)
    throw usageError(`--section takes HEADING: TEXT, not ${JSON.stringify(text)}.`, { hint: "--section '1 Design: one form, JWT'" })
  return { heading: heading.trim(), body, ...(priority !== undefined && { priority: Number(priority) }) }
}

/** The arguments of handoff_create as JSON on standard input. */
async function piped({ goal, to, acceptance, section: texts }: Flags): Promise<JsonObject> {
  const given = Object.entries({ goal, to, acceptance, section: texts }).find(([, value]) => value !== undefined)
  if (given !== undefined) throw usageError(`handoff new - reads ${given[0]} from standard input, so it takes no --${given[0]}.`, help)
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
