import { signal } from '@preact/signals'
import { Dialog } from './dialog.tsx'
import type { Cell } from './documents.ts'
import { wish } from './plan.tsx'
import { Table } from './table.tsx'
import { clientWord, headOf, sideWord } from './words.ts'

/** The server whose places are looked at. */
export const placing = signal<string | null>(null)
const close = () => {
  placing.value = null
}

const isThere = ({ state }: Cell): boolean => state !== 'not here' && state !== 'off'

type Options = Readonly<Record<string, string>>

/**
 * How a command says one program on one side. A server comes to it by both words. Out of it alone it is taken by the program's name, or by
 * that of its side, if no other place has that name and the server; null: the manifest has no words for it.
 */
function optionsFor(cell: Cell, cells: readonly Cell[]): Options | null {
  const { client, environment } = cell
  if (!isThere(cell)) return { client, on: environment }
  const others = cells.filter((each) => each !== cell && isThere(each))
  if (others.every((each) => each.client !== client)) return { client }
  return others.every((each) => each.environment !== environment) ? { on: environment } : null
}

/** Where a server goes: a box for each program, and where there are two sides for each of them, and for each program there. Each opens its plan. */
export function Places({ name, cells }: { name: string; cells: readonly Cell[] }) {
  const sides = [...new Set(cells.map(({ environment }) => environment))]
  const programs = [...new Set(cells.map(({ client }) => client))]
  const set = (options: Options, goes: boolean) => {
    close()
    void wish({ command: goes ? 'enable' : 'disable', args: [name], options })
  }
  /** A box for several places at once. */
  const box = (options: Options, word: string, all: readonly Cell[]) => {
    const there = all.filter(isThere).length
    return (
      <label key={word} class="box">
        <input
          type="checkbox"
          checked={there === all.length}
          indeterminate={there > 0 && there < all.length}
          onChange={(event) => set(options, event.currentTarget.checked)}
        />{' '}
        {word}
      </label>
    )
  }
  const boxOfProgram = (id: string) => {
    const all = cells.filter(({ client }) => client === id)
    return box({ client: id }, clientWord(id), all)
  }
  return (
    <Dialog title={`Places of ${name}`} close={close}>
      {sides.length < 2 ? (
        programs.map(boxOfProgram)
      ) : (
        <>
          <Table
            label={`Places of ${name}`}
            heads={['Program', ...sides.map(sideWord)]}
            rows={programs.map((client) => ({
              id: client,
              head: boxOfProgram(client),
              cells: sides.map((side) => {
                const cell = cells.find((each) => each.client === client && each.environment === side)
                return cell === undefined ? '' : <Place cell={cell} cells={cells} set={set} />
              }),
            }))}
          />
          <h3>Every program of a side</h3>
          {sides.map((id) =>
            box(
              { on: id },
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

/** The box of one program on one side. */
function Place({ cell, cells, set }: { cell: Cell; cells: readonly Cell[]; set: (options: Options, goes: boolean) => void }) {
  const options = optionsFor(cell, cells)
  return (
    <label class="box">
      <input
        type="checkbox"
        aria-label={headOf(cell)}
        checked={isThere(cell)}
        disabled={options === null}
        onChange={(event) => set(options ?? {}, event.currentTarget.checked)}
      />{' '}
      <span class="quiet">{options === null ? `${cell.state}; it goes with its row or column` : cell.state}</span>
    </label>
  )
}
