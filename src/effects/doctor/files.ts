import type { ClientFile, StaleCopy } from '../../core/doctor/facts.ts'
import { formatOf } from '../../core/formats/index.ts'
import { toHere } from '../../core/paths.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ObservedFile, PlanInput } from '../../core/plan/plan.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Target } from '../manifest/target.ts'
import { observeEntries } from './entries.ts'

async function readStale(
  system: System,
  { client, environment }: Target,
  { file, ours }: { readonly file: NativePath; readonly ours: boolean },
): Promise<StaleCopy> {
  const here = toHere(environment, file)
  const bytes = here === null ? null : await system.files.read(here)
  const format = formatOf(client)
  const read = bytes === null ? null : (format.lenient ?? format).read(bytes, client.container)
  return { file, here, ours, names: read?.ok === true ? read.document.entries().map(({ name }) => name) : null }
}

async function observeClientFile(system: System, input: PlanInput, target: Target, file: ObservedFile): Promise<ClientFile> {
  const { environment, client, scope } = file
  const read = file.refusal !== undefined || file.bytes === null ? null : readClientFile(client, file.bytes)
  return {
    environment,
    client,
    scope,
    ...(file.startsOn === undefined ? {} : { startsOn: file.startsOn }),
    file: file.file,
    here: target.here,
    read,
    refusal: file.refusal ?? null,
    bom: read?.ok === true && read.document.bom,
    entries: read?.ok === true ? await observeEntries(system, input, file, read.document) : [],
    stale: await Promise.all((target.located?.stale ?? []).map((each) => readStale(system, target, each))),
    ...(target.located === undefined ? {} : { located: target.located }),
    undecided: target.refusal !== undefined,
  }
}

/** Reads every client file that takes part. */
export const observeClientFiles = (system: System, input: PlanInput, targets: readonly Target[]): Promise<ClientFile[]> =>
  Promise.all(
    input.files.flatMap((file) => {
      const target = targets.find(
        (each) =>
          each.environment.id === file.environment.id &&
          each.client.id === file.client.id &&
          each.scope === file.scope &&
          each.file === file.file,
      )
      return target === undefined ? [] : [observeClientFile(system, input, target, file)]
    }),
  )
