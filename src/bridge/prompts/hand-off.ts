import type { BridgePrompt } from './prompt.ts'

/** Lets the model hand over what it works on, so that the other program can go on without asking. */
export const handOff: BridgePrompt = {
  name: 'hand_off',
  title: 'Hand off',
  description: 'Hand the work of this conversation to another program.',
  arguments: [
    { name: 'work', description: 'What to hand over; default: what this conversation is about', required: false },
    { name: 'to', description: 'A client such as claude-code; default: any other', required: false },
  ],
  effect: 'write',
  text: async ({ work, to }) =>
    [
      `Hand over ${work === undefined ? 'what this conversation is about' : `this work: ${work}`}. Call the tool handoff_create once:`,
      '- title: the work in one line',
      ...(to === undefined ? [] : [`- to: ${to}`]),
      '- goal: what will be true when it is done',
      '- sections: what another program must know to go on, one matter each, the most important with priority 1: what was decided and why, what is done, what is left, what was tried and failed, open questions. They are read within a limited number of tokens, so leave out what the files say themselves.',
      '- files: the paths of all files that matter',
      '- repository: the folder of the git repository that was worked in, if any; its branch and uncommitted changes go along',
      '- acceptance: how to see that it is done',
      'Name keys and passwords, never quote them. Then tell me its id and what you left out.',
    ].join('\n'),
}
