import type { Quotas } from '../../base/settings.ts'

const MiB = 1024 * 1024

export const usualQuotas: Quotas = { memoryBytes: 4096 * MiB, processes: 512, tasks: 4096, tmpBytes: 1024 * MiB, homeBytes: 256 * MiB }
