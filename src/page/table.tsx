import type { ComponentChildren } from 'preact'

interface Row {
  readonly id: string
  readonly head: ComponentChildren
  readonly cells: readonly ComponentChildren[]
  /** Buttons. */
  readonly actions?: ComponentChildren
}

/** A table whose rows become blocks where there is no room for columns. `heads`: of the first column and of each cell. */
export function Table({ label, heads, rows }: { label: string; heads: readonly string[]; rows: readonly Row[] }) {
  const hasActions = rows.some(({ actions }) => actions !== undefined)
  return (
    <div class="frame">
      <table aria-label={label}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
            {hasActions ? (
              <th scope="col">
                <span class="unseen">What to do</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, head, cells, actions }) => (
            <tr key={id}>
              <th scope="row">{head}</th>
              {cells.map((cell, at) => (
                <td key={heads[at + 1]} data-head={heads[at + 1]}>
                  {cell}
                </td>
              ))}
              {hasActions ? (
                <td>
                  <span class="row">{actions}</span>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
