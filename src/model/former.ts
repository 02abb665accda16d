const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Older versions recorded a project by its manifest alone, without lock and place: what they recorded counts for nothing. */
const isFormer = (value: unknown): boolean => isRecord(value) && value.manifest === undefined

/** The recorded projects without those of older versions; what is no record of projects is left to its schema. */
export const withoutFormer = (projects: unknown): unknown =>
  isRecord(projects) ? Object.fromEntries(Object.entries(projects).filter(([, each]) => !isFormer(each))) : projects

/** The names under which an older version recorded projects in a `trust.json` or `launches.json`. */
export const formerProjects = (file: unknown): string[] =>
  isRecord(file) && isRecord(file.projects) ? Object.entries(file.projects).flatMap(([name, each]) => (isFormer(each) ? name : [])) : []
