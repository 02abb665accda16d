import type { JsonObject } from '../../../model/entry.ts'
import { anything, flag, listOf, optional, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineAction } from '../type.ts'

/** Adds, changes or removes a server of the manifest and so of every program's config, once a person has approved it. */
export const updateMcpConfig = defineAction({
  name: 'update_mcp_config',
  summary: "adds, changes or removes an MCP server after a person's approval, through the manifest and a sync",
  input: {
    name: text({ least: 1 }),
    command: optional(text({ least: 1 })),
    args: optional(listOf(text(), { most: limits.actionFiles })),
    env: optional(anything(limits.actionShown)),
    url: optional(text({ least: 1 })),
    remove: optional(flag()),
  },
  isRepeatable: false,
  async prepare(input, { id, to }) {
    const { checkChange } = await import('../config-change.ts')
    const { params, shown } = checkChange(input)
    const message = `This changes every program's config once a person approves it: ${shown}\nTo approve it: mcp-twin actions run ${id}`
    const needs: JsonObject = { message, command: `mcp-twin actions run ${id}`, change: shown }
    return { params, to, carrier: 'person', claimable: false, needs }
  },
  async carryOut({ result }, input, { person }) {
    if (person === undefined) return { status: 'needs_user', result: result as JsonObject }
    const { checkChange } = await import('../config-change.ts')
    return person.changeServer(input.name, checkChange(input).server)
  },
})
