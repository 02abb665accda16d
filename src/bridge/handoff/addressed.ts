import type { Database } from '../store/database.ts'

/** The name of this machine, where its store is the copy of a server's; null: the store is on this machine alone. */
export const hereOf = ({ get }: Pick<Database, 'get'>): string | null =>
  get<{ machine: string | null }>(`SELECT value ->> '$.machine' AS machine FROM meta WHERE name = 'server'`)?.machine ?? null

const machineMark = 'machine '

/** Machines that have written to the server of a copy, and whose changes came here. */
export const machinesIn = ({ all }: Pick<Database, 'all'>): readonly string[] =>
  all<{ name: string }>(`SELECT name FROM meta WHERE name >= ? AND name < 'machine!' ORDER BY name`, machineMark).map(({ name }) =>
    name.slice(machineMark.length),
  )

/** Keeps the names of machines that have written. */
export function keepMachines({ run }: Pick<Database, 'run'>, machines: ReadonlySet<string>): void {
  for (const machine of machines) run(`INSERT OR IGNORE INTO meta (name, value) VALUES (?, '')`, machineMark + machine)
}

/** A recipient on one machine, as it is stored and shown; null for the client: any there. */
export const onOne = (client: string | null, machine: string): string => `${client ?? 'any'}@${machine}`

/** The client and the machine of a recipient, where it names one. */
export function partsOf(to: string): { readonly client: string; readonly machine: string | null } {
  const [, client = to, machine = null] = /^(.+)@([\p{L}\p{N}._-]{1,63})$/u.exec(to) ?? []
  return { client, machine }
}

/** The machine that wrote something, where it is another one; null: this one. */
export const elsewhere = (machine: string | null, here: string | null): string | null =>
  here === null || machine === here ? null : machine

/** A program as this machine names it: with its machine, where that is another one. */
export const programOn = (client: string, machine: string | null): string => (machine === null ? client : onOne(client, machine))

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

/**
 * SQL that is true for what a client on a machine may take: addressed to it, or to all and not written by it. `client`: a numbered
 * parameter; `machine`: null where the store is on this machine alone.
 */
export const isFor = (client: string, machine: string | null): string =>
  machine === null
    ? `(recipient = ${client} OR (recipient IS NULL AND client <> ${client}))`
    : `(recipient IN (${client}, ${client} || ${text(`@${machine}`)})
        OR ((recipient IS NULL OR recipient = ${text(onOne(null, machine))}) AND NOT (client = ${client} AND machine IS ${text(machine)})))`

/** SQL that is true for what a client on a machine has written. */
export const isBy = (client: string, machine: string | null): string =>
  machine === null ? `client = ${client}` : `(client = ${client} AND machine IS ${text(machine)})`
