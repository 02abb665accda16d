import { ProtocolError, ProtocolErrorCode, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { isObject } from '../../core/object.ts'
import type { PlainCall } from '../base/call.ts'
import { limits } from '../base/limits.ts'
import { Refusal } from '../base/refusal.ts'
import type { Bridge } from '../contract/bridge.ts'
import type { BridgePrompt, PromptArguments } from '../prompts/prompt.ts'

/** Offers the prompts of a bridge to one connection. What they need is loaded when a client asks for them. */
export function offerPrompts(server: Server, opened: Promise<Bridge>, callOf: (bridge: Bridge, context: ServerContext) => PlainCall): void {
  server.setRequestHandler('prompts/list', async () => ({
    prompts: (await offered(await opened)).map(({ text: _, effect: _effect, arguments: given, ...prompt }) => ({
      ...prompt,
      arguments: [...given],
    })),
  }))
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const bridge = await opened
    const prompt = (await offered(bridge)).find(({ name }) => name === params.name)
    await bridge.redaction.ready()
    if (prompt === undefined) {
      const { unreadable } = bridge.settings
      const why = unreadable === undefined ? '' : ` ${bridge.redaction.text(unreadable)}`
      throw invalid(`There is no such prompt; prompts/list names those there are.${why}`)
    }
    try {
      const text = await prompt.text(checked(prompt, params.arguments), bridge, callOf(bridge, context))
      const content = { type: 'text' as const, text: bridge.redaction.text(text) }
      return { description: prompt.description, messages: [{ role: 'user' as const, content }] }
    } catch (error) {
      if (error instanceof Refusal) throw invalid(bridge.redaction.text(error.message))
      throw error
    }
  })
}

const invalid = (message: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidParams, message)

/** The prompts of a bridge. All of them are about handoffs, so there are none without the tools for these. */
async function offered({ settings, followManifest }: Bridge): Promise<readonly BridgePrompt[]> {
  await followManifest()
  const { families, readOnly } = settings
  if (!families.includes('handoff')) return []
  const { prompts } = await import('../prompts/index.ts')
  return prompts.filter(({ effect }) => !readOnly || effect === 'read')
}

/** The arguments that are not empty. Refuses a name that the prompt does not have, and a text that is too long. */
function checked(prompt: BridgePrompt, raw: unknown): PromptArguments {
  const known = prompt.arguments.map(({ name }) => name)
  const given = Object.entries(isObject(raw) ? raw : {})
  for (const [name, value] of given) {
    if (!known.includes(name)) throw invalid(`${prompt.name} takes ${known.join(', ')}, not ${JSON.stringify(name.slice(0, 100))}.`)
    if (typeof value !== 'string' || value.length > limits.promptArgument)
      throw invalid(`${name} must be a text of at most ${limits.promptArgument} characters.`)
  }
  return Object.fromEntries(given.flatMap(([name, value]) => (typeof value === 'string' && value.trim() !== '' ? [[name, value]] : [])))
}
