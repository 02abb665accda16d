import { scalar, text } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const setConfig = defineTool({
  name: 'set_config',
  family: 'bridge',
  effect: 'write',
  description: 'Change cache_ttl_s, max_results, default_shell or log_level; best in a conversation of its own.',
  input: { key: text(), value: scalar() },
  subject: ({ key, value }) => `${key} = ${JSON.stringify(value)}`,
  async handle({ key, value }, { config }) {
    const kept = config.set(key, value)
    return { content: [{ type: 'text', text: `${key} is now ${kept}.` }], data: { key, value: kept } }
  },
})
