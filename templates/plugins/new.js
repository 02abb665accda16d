// A plugin of mcp-twin: tools of your own for every program that has the bridge. It is one file, which may import node's own
// modules only (node:fs, node:path …). It runs in a process of its own, with your rights, in the bridge's workspace folder.
//
// After each change: mcp-twin plugin allow PLUGIN_FILE
export default {
  name: 'PLUGIN_NAME',
  version: '1.0.0',
  description: 'Counts words.',
  tools: [
    {
      // Letters, digits, _ and -; at most 49 of them, and no name of another tool.
      name: 'TOOL_NAME',
      // The model decides by this text whether to call it.
      description: 'Counts the words of a text.',
      // JSON Schema. What does not fit it never reaches the handler.
      parameters: {
        type: 'object',
        properties: { text: { type: 'string', description: 'The text' } },
        required: ['text'],
        additionalProperties: false,
      },
      // Returns a string, an object, or { content: [...] } as MCP defines it. What it throws, the model reads. `signal` is
      // aborted when the call is cancelled or takes longer than 30 seconds.
      handler: async ({ text }, { signal } = {}) => {
        signal?.throwIfAborted()
        return { words: text.split(/\s+/).filter((word) => word !== '').length }
      },
    },
  ],
}
