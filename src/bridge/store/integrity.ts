import { checkTable, tablesIn } from './check-file.ts'
import type { Store } from './store.ts'

/** Checks the whole file, table by table, so that calls come in between. A damaged one is salvaged, which the store reports. */
export async function verify(store: Store): Promise<void> {
  for (const table of await store.read(tablesIn)) await store.read((database) => checkTable(database, table))
}
