const MiB = 1024 * 1024

/** What a command in the sandbox may take, with all that it starts. */
export interface Quotas {
  /** Its own memory and what it writes into folders that lie in memory. */
  readonly memoryBytes: number
  readonly processes: number
  /** Processes and their threads. */
  readonly tasks: number
  readonly tmpBytes: number
  /** Its home folder, which is empty at first, and /dev/shm. */
  readonly homeBytes: number
}

export const usualQuotas: Quotas = { memoryBytes: 4096 * MiB, processes: 512, tasks: 4096, tmpBytes: 1024 * MiB, homeBytes: 256 * MiB }
