import { Remedy } from './dialog.tsx'
import { wish } from './plan.tsx'
import { setKey } from './set-key.tsx'

/** What helps: a button where the page can do it, else the words. */
export function Fix({ text }: { text: string }) {
  const key = /^mcp-twin secret set (\w+)(?:;|$)/.exec(text)?.[1]
  if (key !== undefined)
    return (
      <button type="button" onClick={() => setKey(key)}>
        Set {key}
      </button>
    )
  if (text !== 'mcp-twin sync') return <Remedy text={text} />
  return (
    <button type="button" onClick={() => void wish({ command: 'sync', args: [] })}>
      Sync
    </button>
  )
}
