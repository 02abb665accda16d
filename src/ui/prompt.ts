import type { Choice, Prompt } from '../context.ts'
import { EXIT, TwinError, usageError } from '../errors.ts'
import { shownStyled } from './escape.ts'

/** A prompt that may not ask: every question is an error that names the flag which answers it. */
export const silentPrompt = (why: string): Prompt => {
  const refuse = (question: string, { flag }: { flag: string }): never => {
    const purpose = flag === '--yes' ? 'confirm' : 'answer'
    throw usageError(`${why}: pass ${flag} to ${purpose} "${question.replace(/[:.]?\s*$/, '')}"`, { hint: `the same command with ${flag}` })
  }
  return {
    able: false,
    confirm: async (question, options) => refuse(question, options),
    secret: async (question, options) => refuse(question, options),
    text: async (question, options) => refuse(question, options),
    choose: async (question, _choices, options) => refuse(question, options),
    chooseMany: async (question, _choices, options) => refuse(question, options),
  }
}

/** Ctrl-C at a question ends the command as cancelled, with nothing changed by it. */
async function asked<T>(question: Promise<T>): Promise<T> {
  try {
    return await question
  } catch (error) {
    if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')) {
      throw new TwinError('cancelled', 'Cancelled; nothing was changed.', {
        exit: EXIT.cancelled,
      })
    }
    throw error
  }
}

const shownChoice = <T>({ name, description, short, ...choice }: Choice<T>) => ({
  ...choice,
  name: shownStyled(name),
  ...(short !== undefined && { short: shownStyled(short) }),
  ...(description !== undefined && { description: shownStyled(description) }),
})

/** Questions on the terminal. They go to stderr, so that stdout stays for facts. */
export function terminalPrompt(stdin: NodeJS.ReadableStream, stderr: NodeJS.WritableStream, signal: AbortSignal): Prompt {
  const context = { input: stdin, output: stderr, signal }
  const inquirer = () => import('@inquirer/prompts')
  const until = (end: AbortSignal | undefined) => (end === undefined ? context : { ...context, signal: AbortSignal.any([signal, end]) })
  return {
    able: true,
    confirm: async (message, options) =>
      asked((await inquirer()).confirm({ message: shownStyled(message), default: options.default ?? true }, until(options.signal))),
    secret: async (message) => asked((await inquirer()).password({ message: shownStyled(message), mask: '•' }, context)),
    text: async (message, options) =>
      asked(
        (await inquirer()).input(
          {
            message: shownStyled(message),
            ...(options.default !== undefined && { default: options.default }),
          },
          until(options.signal),
        ),
      ),
    choose: async (message, choices) =>
      asked(
        (await inquirer()).select(
          {
            message: shownStyled(message),
            choices: choices.map(shownChoice),
            pageSize: 12,
          },
          context,
        ),
      ),
    chooseMany: async (message, choices) =>
      asked(
        (await inquirer()).checkbox(
          {
            message: shownStyled(message),
            choices: choices.map(shownChoice),
            pageSize: 14,
            loop: false,
          },
          context,
        ),
      ),
  }
}
