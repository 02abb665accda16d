import type { Field } from '../input.ts'

/**
 * One thing that `set_config` may change: a matter of taste, never of permission. To add one: a file here and a line
 * in the index. Nothing that widens what tools may do belongs here.
 */
export interface Option<T extends string | number> {
  readonly key: string
  readonly field: Field<T>
  readonly usual: T
  readonly means: string
}

export const defineOption = <T extends string | number>(option: Option<T>): Option<T> => option
