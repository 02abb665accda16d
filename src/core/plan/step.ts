import type { Step } from '../../model/plan.ts'

/** Makes a step; what is not given is empty, and its state is `planned`. */
export function makeStep(parts: Pick<Step, 'kind' | 'environment'> & Partial<Step>): Step {
  return {
    client: null,
    file: null,
    server: null,
    change: 'none',
    outcome: parts.kind === 'refuse' ? 'refused' : 'planned',
    reason: null,
    hint: null,
    ...parts,
  }
}

/** The same step with another end. */
export const endStep = (
  step: Step,
  outcome: Step['outcome'],
  reason: string | null = step.reason,
  hint: string | null = step.hint,
): Step => ({
  ...step,
  outcome,
  reason,
  hint,
})
