import { type Command, InvalidArgumentError, Option } from 'commander'
import type { CommonOptions, OptionSpec } from '../context.ts'

/** `--client a,b --client c` → three; never greedy, so that what follows stays an argument. */
const gather = (value: string, before: string[] | undefined): string[] => {
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (words.length === 0) throw new InvalidArgumentError('a name is required.')
  return [...(before ?? []), ...words]
}

/** Repeatable without splitting at commas, for values that may hold one: `--env K=a,b`. */
const append = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

/** Flags that every command takes (SPEC §6 of the contract: one list, shown under every help). */
export function addCommonOptions(program: Command): void {
  program
    .option('--json', 'print one JSON document on stdout, and nothing else there')
    .option('--manifest <path>', 'use this manifest')
    .option('--user', "use the user's manifest, even inside a project that has its own")
    .option('--client <ids>', 'only these clients (repeatable, or comma-separated)', gather)
    .option('--on <environments>', 'only these environments: windows, wsl, wsl:Ubuntu, … (repeatable)', gather)
    .option('-y, --yes', 'ask nothing; take the safe answer')
    .option('--offline', 'use no network')
    .option('-q, --quiet', 'print no progress and no notes')
    .option('--verbose', 'more detail; stack traces of crashes')
}

export function addOption(command: Command, spec: OptionSpec): void {
  const option = new Option(spec.flags, spec.description)
  if (spec.choices) option.choices([...spec.choices])
  if (spec.many) option.argParser(spec.many === 'words' ? gather : append)
  command.addOption(option)
}

/** The common flags out of everything that was parsed. */
export function commonOptions(all: Record<string, unknown>): CommonOptions {
  const common: CommonOptions = {}
  for (const key of ['json', 'user', 'yes', 'offline', 'quiet', 'verbose'] as const) if (all[key] === true) common[key] = true
  if (typeof all.manifest === 'string') common.manifest = all.manifest
  if (Array.isArray(all.client)) common.client = all.client.map(String)
  if (Array.isArray(all.on)) common.on = all.on.map(String)
  return common
}
