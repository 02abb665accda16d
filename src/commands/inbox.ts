import { join } from 'node:path'
import { limits } from '../bridge/base/limits.ts'
import { inText } from '../bridge/base/text.ts'
import { tokenBytes } from '../bridge/base/tokens.ts'
import { liveIn } from '../bridge/handoff/claims.ts'
import { clientCalled } from '../bridge/handoff/recipient.ts'
import { approvalsIn, approvalsLine, WaitingFile, waitingFor, waitingLine } from '../bridge/handoff/waiting.ts'
import { ownFolderHere } from '../bridge/start/home.ts'
import { whatWaits } from '../bridge/tools/handoff/inbox.ts'
import { inboxAnswer } from '../bridge/tools/handoff/inbox-words.ts'
import type { inbox as spec } from '../cli/specs/inbox.ts'
import type { Context, Run } from '../context.ts'
import { EXIT, type ExitCode } from '../errors.ts'

/** Shows what waits for a client, or for all. Nothing counts as shown by it: its client still has to see it. */
export const run: Run<typeof spec> = async (context, _args, options) => {
  const named = context.options.client?.[0] ?? null
  if (options.brief === true) return brief(context, named === null ? null : clientCalled(named))
  const { lookInBridge } = await import('./bridge-at-home.ts')
  const { undecided } = await import('../bridge/actions/queue.ts')
  const { demandRecipient } = await import('./stored-names.ts')
  // It names a program that was ever connected, which need not be one that has a definition.
  const { client: _, ...own } = context.options
  const unfiltered = { ...context, options: own }
  return lookInBridge(unfiltered, async ({ bridge }) => {
    const client = named === null ? null : await demandRecipient(bridge, named)
    const store = await bridge.store()
    const approvals = await store.snapshot((database) => undecided(database, bridge.now()))
    const found = await whatWaits(store, client, bridge)
    await bridge.redaction.ready()
    const { content, data } = bridge.redaction.answer(inboxAnswer(found, bridge.redaction, limits.answerTokensMost * tokenBytes).answer)
    context.io.json({ client, ...data, approvals })
    for (const part of content) if (part.type === 'text') context.io.raw(`${inText(part.text)}\n`)
    const line = approvalsLine(approvals)
    if (line !== null) context.io.out(`${line}: mcp-twin actions list`)
    return EXIT.ok
  })
}

/** At most one line, from one small file of this side: a hook of Claude Code prints it when a conversation begins. */
function brief({ io, system }: Context, client: string | null): ExitCode {
  try {
    const folder = ownFolderHere(system)
    const all = folder === null ? [] : new WaitingFile(join(folder, 'bridge', 'waiting.json')).read()
    const approvals = approvalsLine(approvalsIn(all))
    const lines = [waitingLine(waitingFor(all, client, liveIn(system), system.now())), approvals && `${approvals}: mcp-twin actions list`]
    const line = lines.filter((each) => each !== null).join(' ')
    io.json({ client, waiting: line === '' ? null : line })
    // Of `out` a command gets a line of its own.
    if (line !== '') io.raw(`mcp-twin: ${line}\n`)
  } catch {
    // A hook that fails would be shown to the person in every conversation.
  }
  return EXIT.ok
}
