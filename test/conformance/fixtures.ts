import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

// What the protocol's conformance suite asks for by name (ids, texts and shapes are the suite's). None of it is part of
// the product: it is registered here and served by the product's own transports, guards and sessions.

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const wav = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='
/** State that goes to the client and comes back is sealed; one key for all servers, since each request has one of its own. */
const state = createRequestStateCodec<Record<string, unknown>>({ key: randomBytes(32) })

interface Changes {
  toolsChanged(): void
  promptsChanged(): void
}

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })
const ask = (message: string, properties: Record<string, { type: 'string' } | { type: 'boolean' }>) =>
  inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required: Object.keys(properties) } })
const sample = (words: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: words } }], maxTokens })
const none = z.object({})

function contents(server: McpServer): void {
  const image = { type: 'image' as const, data: png, mimeType: 'image/png' }
  const embedded = (uri: string, mimeType: string, words: string) => ({
    type: 'resource' as const,
    resource: { uri, mimeType, text: words },
  })
  const simple = {
    test_simple_text: [{ type: 'text' as const, text: 'This is a simple text response for testing.' }],
    test_image_content: [image],
    test_audio_content: [{ type: 'audio' as const, data: wav, mimeType: 'audio/wav' }],
    test_embedded_resource: [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
    test_multiple_content_types: [
      { type: 'text' as const, text: 'Multiple content types test:' },
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
    test_streaming_elicitation: [{ type: 'text' as const, text: 'only a result' }],
  }
  for (const [name, content] of Object.entries(simple))
    server.registerTool(name, { description: name, inputSchema: none }, async () => ({ content }))
  server.registerTool('test_error_handling', { description: 'fails', inputSchema: none }, async () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  server.registerTool('test_tool_with_logging', { description: 'logs', inputSchema: none }, async (_args, { mcpReq }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } })
      await sleep(50)
    }
    return text('Tool with logging executed successfully')
  })
  server.registerTool('test_logging_tool', { description: 'logs when asked to', inputSchema: none }, async (_args, { mcpReq }) => {
    await mcpReq.log('info', 'only for a request that named a level')
    return text('logged')
  })
  server.registerTool('test_tool_with_progress', { description: 'tells its progress', inputSchema: none }, async (_args, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      if (progressToken !== undefined)
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100, message: `Completed step ${progress} of 100` },
        })
      await sleep(50)
    }
    return text(String(progressToken))
  })
}

/** Tools that ask the client back while they run, as the handshake era does. */
function askingBack(server: McpServer): void {
  const elicit = async ({ mcpReq }: ServerContext, message: string, properties: object, required: string[]) => {
    const answer = await mcpReq.send({
      method: 'elicitation/create',
      params: { mode: 'form', message, requestedSchema: { type: 'object', properties: properties as Record<string, never>, required } },
    })
    const { action, content } = answer as { action?: string; content?: unknown }
    return `action=${action}, content=${JSON.stringify(content ?? {})}`
  }
  server.registerTool(
    'test_sampling',
    { description: 'asks the model', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const answer = await mcpReq.send({
        method: 'sampling/createMessage',
        params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
      })
      return text(`LLM response: ${(answer as { content?: { text?: string } }).content?.text ?? 'none'}`)
    },
  )
  server.registerTool(
    'test_elicitation',
    { description: 'asks the person', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, context) =>
      text(
        `User response: ${await elicit(context, message, { response: { type: 'string', description: "User's response" } }, ['response'])}`,
      ),
  )
  const defaults = {
    name: { type: 'string', description: 'User name', default: 'John Doe' },
    age: { type: 'integer', description: 'User age', default: 30 },
    score: { type: 'number', description: 'User score', default: 95.5 },
    status: { type: 'string', description: 'User status', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', description: 'Verification status', default: true },
  }
  const titled = (first: string, last: string) =>
    ['value1', 'value2', 'value3'].map((value, at) => ({ const: value, title: `${['First', 'Second', 'Third'][at]} ${first}${last}` }))
  const enums = {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled('Option', '') },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titled('Choice', '') } },
  }
  for (const [name, properties] of [
    ['test_elicitation_sep1034_defaults', defaults],
    ['test_elicitation_sep1330_enums', enums],
  ] as const) {
    server.registerTool(name, { description: name, inputSchema: none }, async (_args, context) =>
      text(`Elicitation completed: ${await elicit(context, 'Please review the form', properties, [])}`),
    )
  }
}

/** Tools that answer with questions and are called again with the answers, as 2026-07-28 does. */
function askingInAnswers(server: McpServer): void {
  const tool = (name: string, work: (context: ServerContext) => Promise<ReturnType<typeof text> | ReturnType<typeof inputRequired>>) =>
    server.registerTool(name, { description: name, inputSchema: none }, async (_args, context) => work(context))
  const name = ask('What is your name?', { name: { type: 'string' } })
  const seal = (more: Record<string, unknown>) => state.mint({ ...more, nonce: randomUUID() })
  const replyOf = (context: ServerContext, key: string) =>
    context.mcpReq.inputResponses?.[key] as { content?: { text?: string }; roots?: { uri?: string }[] } | undefined
  const accepted = <T extends Record<string, unknown>>(context: ServerContext, key: string) =>
    acceptedContent<T>(context.mcpReq.inputResponses, key)
  tool('test_missing_capability', async (context) =>
    replyOf(context, 'llm_answer') === undefined
      ? inputRequired({ inputRequests: { llm_answer: sample('Reply with the single word: pong', 16) } })
      : text('done'),
  )
  tool('test_input_required_result_elicitation', async (context) => {
    const given = accepted<{ name: string }>(context, 'user_name')?.name
    return typeof given === 'string' ? text(`Hello, ${given}!`) : inputRequired({ inputRequests: { user_name: name } })
  })
  tool('test_input_required_result_sampling', async (context) => {
    const reply = replyOf(context, 'capital_question')
    return reply === undefined
      ? inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?', 100) } })
      : text(`Sampling response: ${reply.content?.text}`)
  })
  tool('test_input_required_result_list_roots', async (context) => {
    const roots = replyOf(context, 'client_roots')?.roots
    return Array.isArray(roots)
      ? text(`Client exposed ${roots.length} root(s): ${roots.map(({ uri }) => uri).join(', ')}`)
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
  })
  const confirm = ask('Please confirm', { ok: { type: 'boolean' } })
  tool('test_input_required_result_request_state', async (context) => {
    if (accepted(context, 'confirm') === undefined)
      return inputRequired({ inputRequests: { confirm }, requestState: await seal({ tool: 'request_state' }) })
    if (context.mcpReq.requestState() === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid requestState')
    return text('state-ok: requestState verified and confirmation received')
  })
  tool('test_input_required_result_tampered_state', async (context) => {
    const whole = context.mcpReq.requestState() !== undefined && accepted(context, 'confirm') !== undefined
    return whole
      ? text('integrity-ok')
      : inputRequired({ inputRequests: { confirm }, requestState: await seal({ tool: 'tampered_state' }) })
  })
  tool('test_input_required_result_multiple_inputs', async (context) => {
    const given = accepted<{ name: string }>(context, 'user_name')?.name
    const greeting = replyOf(context, 'greeting')?.content?.text
    const roots = replyOf(context, 'client_roots')?.roots
    if (typeof given === 'string' && typeof greeting === 'string' && Array.isArray(roots))
      return text(`${greeting} ${given}, ${roots.length} root(s)`)
    return inputRequired({
      inputRequests: { user_name: name, greeting: sample('Generate a greeting', 50), client_roots: inputRequired.listRoots() },
      requestState: await seal({ tool: 'multiple_inputs' }),
    })
  })
  tool('test_input_required_result_multi_round', async (context) => {
    const before = context.mcpReq.requestState<Record<string, unknown>>()
    const round = before?.tool === 'multi_round' && typeof before.round === 'number' ? before.round : 0
    if (round === 0)
      return inputRequired({
        inputRequests: { step1: ask('Step 1: What is your name?', { name: { type: 'string' } }) },
        requestState: await seal({ tool: 'multi_round', round: 1 }),
      })
    const given = accepted<{ name: string }>(context, 'step1')?.name ?? 'unknown'
    if (round === 1)
      return inputRequired({
        inputRequests: { step2: ask('Step 2: What is your favorite color?', { color: { type: 'string' } }) },
        requestState: await seal({ tool: 'multi_round', round: 2, name: given }),
      })
    return text(`Multi-round complete: ${before?.name} likes ${accepted<{ color: string }>(context, 'step2')?.color}`)
  })
  tool('test_input_required_result_capabilities', async (context) => {
    if (context.mcpReq.inputResponses !== undefined) return text('fulfilled')
    const envelope: Record<string, unknown> = { ...context.mcpReq.envelope }
    const declared = envelope[CLIENT_CAPABILITIES_META_KEY] as Record<string, unknown> | undefined
    const inputRequests = {
      ...(declared?.elicitation !== undefined && { user_name: name }),
      ...(declared?.sampling !== undefined && { greeting: sample('Generate a short greeting', 50) }),
      ...(declared?.roots !== undefined && { client_roots: inputRequired.listRoots() }),
    }
    return Object.keys(inputRequests).length === 0 ? text('nothing to ask with') : inputRequired({ inputRequests })
  })
}

function schemas(server: McpServer, changes: Changes): void {
  const mirrored = { type: 'string' as const, 'x-mcp-header': 'Region' }
  const region = fromJsonSchema<{ region?: string }>({
    type: 'object',
    properties: { region: mirrored, level: { type: 'integer' } },
  })
  server.registerTool('test_x_mcp_header', { description: 'mirrors an argument into a header', inputSchema: region }, async (args) =>
    text(`region=${args.region ?? 'none'}`),
  )
  const rich = fromJsonSchema({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  })
  server.registerTool('json_schema_2020_12_tool', { description: 'a rich schema', inputSchema: rich }, async (args) =>
    text(JSON.stringify(args)),
  )
  server.registerTool('test_trigger_tool_change', { description: 'tools changed', inputSchema: none }, async () => {
    changes.toolsChanged()
    return text('published')
  })
  server.registerTool('test_trigger_prompt_change', { description: 'prompts changed', inputSchema: none }, async () => {
    changes.promptsChanged()
    return text('published')
  })
}

function resources(server: McpServer): void {
  const fixed = (name: string, mimeType: string, content: { text: string } | { blob: string }) =>
    server.registerResource(name, `test://${name}`, { title: name, description: name, mimeType }, async () => ({
      contents: [{ uri: `test://${name}`, mimeType, ...content }],
    }))
  fixed('static-text', 'text/plain', { text: 'This is the content of the static text resource.' })
  fixed('static-binary', 'image/png', { blob: png })
  fixed('watched-resource', 'text/plain', { text: 'Watched resource content' })
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource(
    'template',
    template,
    { title: 'template', description: 'by id', mimeType: 'application/json' },
    async (uri, { id }) => ({
      contents: [
        { uri: uri.toString(), mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) },
      ],
    }),
  )
  for (const method of ['resources/subscribe', 'resources/unsubscribe'] as const) server.server.setRequestHandler(method, async () => ({}))
}

function prompts(server: McpServer): void {
  const user = <T extends object>(content: T) => ({ role: 'user' as const, content })
  const say = (words: string) => user({ type: 'text' as const, text: words })
  server.registerPrompt('test_simple_prompt', { title: 'simple', description: 'without arguments' }, async () => ({
    messages: [say('This is a simple prompt for testing.')],
  }))
  server.registerPrompt(
    'test_prompt_with_arguments',
    { title: 'arguments', description: 'two of them', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    async ({ arg1, arg2 }) => ({
      messages: [say(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
    }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { title: 'resource', description: 'a resource inside', argsSchema: z.object({ resourceUri: z.string() }) },
    async ({ resourceUri }) => ({
      messages: [
        user({
          type: 'resource' as const,
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        }),
        say('Please process the embedded resource above.'),
      ],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { title: 'image', description: 'a picture inside' }, async () => ({
    messages: [user({ type: 'image' as const, data: png, mimeType: 'image/png' }), say('Please analyze the image above.')],
  }))
  server.registerPrompt(
    'test_input_required_result_prompt',
    { title: 'asks first', description: 'asks before it answers' },
    async (given) => {
      const context = given as unknown as ServerContext
      const words = acceptedContent<{ context: string }>(context.mcpReq.inputResponses, 'user_context')?.context
      if (typeof words !== 'string')
        return inputRequired({
          inputRequests: { user_context: ask('What context should the prompt use?', { context: { type: 'string' } }) },
        })
      return { messages: [say(`Use the following context: ${words}`)] }
    },
  )
}

/** A server with everything that the suite calls. `changes` reaches clients that listen. */
export function conformanceServer(changes: Changes): McpServer {
  const capabilities = {
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: { listChanged: true },
    logging: {},
    completions: {},
  }
  const server = new McpServer({ name: 'conformance-fixtures', version: '1.0.0' }, { capabilities, requestState: { verify: state.verify } })
  contents(server)
  askingBack(server)
  askingInAnswers(server)
  schemas(server, changes)
  resources(server)
  prompts(server)
  server.server.setRequestHandler('completion/complete', async () => ({ completion: { values: [], total: 0, hasMore: false } }))
  return server
}
