import { signal } from '@preact/signals'
import { Dialog } from './dialog.tsx'
import type { Cell } from './documents.ts'
import { wish } from './plan.tsx'
import { clientWord, sideWord } from './words.ts'

/** The server whose places are looked at. */
export const placing = signal<string | null>(null)
const close = () => {
  placing.value = null
}

/** Where a server goes: a box for each program, and for each side where there are two. Each opens its plan. */
export function Places({ name, cells }: { name: string; cells: readonly Cell[] }) {
  const sides = [...new Set(cells.map(({ environment }) => environment))]
  const set = (option: 'client' | 'on', value: string, goes: boolean) => {
    close()
    void wish({ command: goes ? 'enable' : 'disable', args: [name], options: { [option]: value } })
  }
  const isThere = (all: readonly Cell[]): boolean => all.some(({ state }) => state !== 'not here' && state !== 'off')
  const box = (option: 'client' | 'on', value: string, word: string, all: readonly Cell[]) => (
    <label key={value} class="box">
      <input type="checkbox" checked={isThere(all)} onChange={(event) => set(option, value, event.currentTarget.checked)} /> {word}
    </label>
  )
  return (
    <Dialog title={`Places of ${name}`} close={close}>
      <h3>Programs</h3>
      {[...new Set(cells.map(({ client }) => client))].map((id) =>
        box(
          'client',
          id,
          clientWord(id),
          cells.filter(({ client }) => client === id),
        ),
      )}
      {sides.length < 2 ? null : (
        <>
          <h3>Sides</h3>
          {sides.map((id) =>
            box(
              'on',
              id,
              sideWord(id),
              cells.filter(({ environment }) => environment === id),
            ),
          )}
        </>
      )}
      <div class="row end">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
