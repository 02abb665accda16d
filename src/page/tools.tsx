import { useMemo } from 'preact/hooks'
import { kept } from './state.ts'
import { Table } from './table.tsx'
import { tokenWords } from './words.ts'

interface ToolsDocument {
  readonly tools: readonly { readonly name: string; readonly tokens: number; readonly listed: boolean }[]
}

/** What each tool of a server costs in every conversation. Nothing is started for it. */
export function Tools({ name }: { name: string }) {
  const { document, trouble } = useMemo(() => kept<ToolsDocument>(`tools?word=${encodeURIComponent(name)}`, 'servers'), [name]).value
  if (document === null || trouble !== null || document.tools.length === 0) return null
  return (
    <section>
      <h2>Tools</h2>
      <Table
        label="Tools"
        heads={['Tool', 'Tokens']}
        rows={document.tools.map(({ name: tool, tokens, listed }) => ({
          id: tool,
          head: tool,
          cells: [listed ? tokenWords(tokens) : `${tokenWords(tokens)}, left out`],
        }))}
      />
    </section>
  )
}
