// An MCP server that writes each call it is asked for into a file, a line of JSON each, and misbehaves when told to.
// node counting-server.mjs LOG
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [log] = process.argv.slice(2)
const note = (what) => appendFileSync(log, `${JSON.stringify({ pid: process.pid, ...what })}\n`)
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const text = (words, more = {}) => ({ content: [{ type: 'text', text: words }], ...more })
const tool = (name, more = {}) => ({ name, description: `Does ${name}.`, inputSchema: { type: 'object' }, ...more })
const reading = { annotations: { readOnlyHint: true } }

const tools = [
  tool('find', {
    ...reading,
    outputSchema: { type: 'object' },
    inputSchema: { $schema: 'x', type: 'object', properties: { q: { type: 'string' } } },
  }),
  tool('find_again'),
  tool('fails', reading),
  tool('waits', reading),
  ...['create_issue', 'dies', 'floods', 'notes', 'large', 'asks', 'steps', 'changes', 'leaks', 'refuses'].map((name) => tool(name)),
]
let calls = 0
let answered = () => {}

const work = {
  find: ({ q }) => text(`found ${q}, call ${++calls}`, { structuredContent: { q, call: calls } }),
  find_again: ({ q }) => text(`found ${q}, call ${++calls}`),
  create_issue: () => text(`issue ${++calls}`),
  fails: () => text(`no luck, call ${++calls}`, { isError: true }),
  // Until it is cancelled, or for ever.
  waits: () => new Promise(() => {}),
  dies: () => process.exit(7),
  floods: async () => {
    const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x'.repeat(60_000) } })}\n`
    for (;;) if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  },
  notes: () => {
    for (let at = 0; at < 20_000; at++) send({ method: 'notifications/message', params: { level: 'info', data: at } })
    return text('noted')
  },
  large: () => text('x'.repeat(8 * 1024 * 1024)),
  // What the client offers: it is asked for everything, and the answers are the result.
  asks: async () => {
    const asked = ['roots/list', 'sampling/createMessage', 'elicitation/create', 'ping']
    const found = []
    for (const method of asked) {
      const answer = new Promise((resolve) => {
        answered = resolve
      })
      send({ id: `ask-${method}`, method, params: {} })
      const { error } = await answer
      found.push(`${method}: ${error === undefined ? 'offered' : error.message}`)
    }
    return text(found.join(', '))
  },
  // A breath between them: a client may drop what comes together with the answer.
  steps: async (_, token) => {
    for (let at = 1; at <= 3; at++) {
      send({ method: 'notifications/progress', params: { progressToken: token, progress: at, total: 3, message: `step ${at}` } })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return text('stepped')
  },
  changes: () => {
    tools.splice(0, tools.length, tool('other'))
    send({ method: 'notifications/tools/list_changed' })
    return text('changed')
  },
  leaks: () => text(`the key is ${process.env.COUNTING_KEY}`),
}

note({ started: true })
createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { id, method, params, ...answer } = JSON.parse(line)
    if (method === undefined) return answered(answer)
    if (method === 'notifications/cancelled') return note({ cancelled: params.requestId })
    if (id === undefined) return
    if (method === 'initialize')
      return send({
        id,
        result: {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'counting', version: '1' },
          offered: params.capabilities,
        },
      })
    if (method === 'tools/list') return send({ id, result: { tools } })
    if (method !== 'tools/call' || work[params.name] === undefined) return send({ id, error: { code: -32_602, message: `no such tool` } })
    note({ tool: params.name, args: params.arguments })
    send({ id, result: await work[params.name](params.arguments ?? {}, params._meta?.progressToken) })
  })
  .on('close', () => process.exit(0))
