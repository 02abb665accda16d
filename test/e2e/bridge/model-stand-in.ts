import { createServer, type ServerResponse } from 'node:http'

/** One turn of the model that the stand-in plays: a tool to call, or the words that end the conversation. */
export type Turn = { readonly tool: string; readonly input: object } | { readonly say: string }

interface Block {
  readonly type: string
  readonly [name: string]: unknown
}

/** What a client sent in one request: the tools it offers and what came back from them. */
export interface Heard {
  readonly tools: readonly string[]
  readonly results: readonly unknown[]
  /** All that the client says besides, as JSON. */
  readonly messages: string
}

function stream(response: ServerResponse, block: Block, delta: Block, stop: string): void {
  const send = (type: string, more: object) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`)
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'stand-in',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send('message_start', { message })
  send('content_block_start', { index: 0, content_block: block })
  send('content_block_delta', { index: 0, delta })
  send('content_block_stop', { index: 0 })
  send('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 1 } })
  send('message_stop', {})
  response.end()
}

/** A loopback stand-in for the model's API: it plays given turns, one for each request that offers our tools. */
export async function modelStandIn(turns: readonly Turn[]): Promise<{ url: string; heard: Heard[]; close(): void }> {
  const heard: Heard[] = []
  let at = 0
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = text === '' ? {} : JSON.parse(text)
    if (!request.url?.startsWith('/v1/messages') || request.url.includes('count_tokens')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ input_tokens: 1, data: [] }))
      return
    }
    const tools: string[] = (body.tools ?? []).map((tool: { name: string }) => tool.name)
    const ours = tools.some((name) => name.startsWith('mcp__'))
    const turn: Turn | undefined = ours ? turns[at++] : { say: 'ok' }
    if (ours) {
      const results = (body.messages ?? []).flatMap((message: { content: unknown }) =>
        Array.isArray(message.content) ? message.content.filter((part) => part.type === 'tool_result') : [],
      )
      heard.push({ tools, results, messages: JSON.stringify(body.messages ?? []) })
    }
    if (turn !== undefined && 'tool' in turn)
      stream(
        response,
        { type: 'tool_use', id: `toolu_${at}`, name: turn.tool, input: {} },
        { type: 'input_json_delta', partial_json: JSON.stringify(turn.input) },
        'tool_use',
      )
    else stream(response, { type: 'text', text: '' }, { type: 'text_delta', text: turn?.say ?? 'done' }, 'end_turn')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    heard,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
