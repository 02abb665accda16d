import { defineTool } from '../../contract/tool.ts'

export const getConfig = defineTool({
  name: 'get_config',
  family: 'bridge',
  effect: 'read',
  description: 'The settings of set_config.',
  input: {},
  async handle(_input, { config }) {
    const all = config.list()
    return {
      content: [{ type: 'text', text: all.map(({ key, value, means }) => `${key} = ${value} (${means})`).join('\n') }],
      data: Object.fromEntries(all.map(({ key, value }) => [key, value])),
    }
  },
})
