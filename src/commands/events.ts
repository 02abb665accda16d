import { limits } from '../bridge/base/limits.ts'
import { inLine } from '../bridge/base/text.ts'
import type { Change } from '../bridge/store/changes.ts'
import type { Store } from '../bridge/store/store.ts'
import { waitForChange } from '../bridge/store/waiting.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode, endedBy, usageError } from '../errors.ts'
import { withBridge } from './bridge-at-home.ts'

/** Shows the last changes of the store, and with `--follow` every new one. */
export async function run(context: Context, _args: string[], options: Record<string, unknown>): Promise<ExitCode> {
  const count = options.lines === undefined ? 20 : Number(options.lines)
  if (!Number.isInteger(count) || count < 0 || count > limits.storeChanges)
    throw usageError(`--lines takes a whole number up to ${limits.storeChanges}.`, { hint: 'mcp-twin events --lines 50' })
  const follow = options.follow === true
  return withBridge(context, async ({ bridge }) => {
    const { io } = context
    const store = await bridge.store()
    const cursor = await store.cursor()
    const last = ((await store.changesAfter(Math.max(0, cursor - count))) ?? []).filter(({ n }) => n <= cursor)
    for (const change of last) show(context, change, follow)
    if (!follow) {
      io.json({ cursor, changes: last.map(documentOf) })
      if (last.length === 0) io.out('Nothing has changed yet.')
      return EXIT.ok
    }
    await followChanges(context, store, cursor, bridge.session)
    return endedBy(context.signal)
  })
}

async function followChanges(context: Context, store: Store, from: number, session: string): Promise<void> {
  const { signal, io } = context
  // Neither the watch of the store nor the time limit of a wait keeps the process alive.
  const alive = setInterval(() => undefined, limits.waitMs.most)
  try {
    for (let since = from; !signal.aborted; ) {
      const { cursor, changes } = await waitForChange(store, { since, session, timeoutMs: limits.waitMs.most, signal })
      if (changes === null) io.note('Some changes came too fast and are no longer kept.')
      for (const change of changes ?? []) show(context, change, true)
      since = cursor
    }
  } finally {
    clearInterval(alive)
  }
}

const documentOf = ({ n, kind, id, namespace, by, at }: Change) => ({
  ...{ n, kind, ...(kind === 'memory' ? { key: id } : { id }) },
  ...{ namespace, by, at },
})

function show({ io }: Context, change: Change, asLine: boolean): void {
  const { at, kind, id, namespace, by } = change
  if (asLine) io.jsonLine(documentOf(change))
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ')
  io.raw(`${time}  ${inLine(kind)} ${inLine(id)}${namespace === null ? '' : ` in ${inLine(namespace)}`}, by ${inLine(by)}\n`)
}
