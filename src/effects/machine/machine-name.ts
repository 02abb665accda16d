import { hostname } from 'node:os'
import type { State } from '../../model/state.ts'

/** The name of this machine: the one that `store move` wrote down, else the host's. */
export const machineName = ({ machine }: Pick<State, 'machine'>): string => machine ?? hostname()
