import { anything, flag, listOf, optional, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { shellWord } from '../../../core/plan/server-facts.ts'
import { inShort, quoteInLine } from '../../base/quote.ts'
import type { JsonObject } from '../../../model/entry.ts'
import { defineAction } from '../type.ts'

/** Adds, changes or removes a server of the manifest and so of every program's config, or of one, once a person has approved it. */
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
  asked({ name, command, args = [], url, remove }) {
    if (remove === true) return `remove the server ${quoteInLine(name)}`
    return `set up the server ${quoteInLine(name)}: ${inShort(url ?? [command ?? '', ...args.map(shellWord)].join(' '))}`
  },
  isRepeatable: false,
  needsPerson: true,
  async prepare(input, { id, to, settings }) {
    const { demandConfigOf, needsOf, readWish, standingServer } = await import('../config-change.ts')
    demandConfigOf(to)
    const wish = await readWish(input, to, settings)
    const needs = needsOf(id, wish, await standingServer(wish.name, settings))
    return { params: wish.params, to, carrier: 'person', claimable: false, needs }
  },
  async review({ id, to }, input, settings) {
    const { needsOf, readWish, standingServer } = await import('../config-change.ts')
    return needsOf(id, await readWish(input, to, settings), await standingServer(input.name, settings))
  },
  async carryOut({ id, to, result }, input, { person, settings }) {
    if (person === undefined) return { status: 'needs_user', result: result as JsonObject }
    const { readWish } = await import('../config-change.ts')
    return person.changeServer(id, await readWish(input, to, settings))
  },
})
