import { clientById } from '../../../catalog/clients/index.ts'
import { isObject } from '../../../core/object.ts'
import { text } from '../../base/input.ts'
import { quoteInLine } from '../../base/quote.ts'
import { failed } from '../../base/refusal.ts'
import { firstWith, labelOf } from '../target.ts'
import { defineAction } from '../type.ts'

const fitting = /^[A-Za-z0-9][A-Za-z0-9._:/@[\]-]{0,99}$/

/** Sets the model of a program once a person has approved it. */
export const switchModel = defineAction({
  name: 'switch_model',
  summary: "sets Claude Code's model after a person's approval; other programs have no documented way",
  input: { model: text({ least: 1 }) },
  asked: ({ model }) => `use the model ${quoteInLine(model)}`,
  isRepeatable: false,
  needsPerson: true,
  async prepare({ model }, { id, client: asking, to }) {
    if (!fitting.test(model)) throw failed(`${JSON.stringify(model.slice(0, 100))} is no name of a model, such as opus or claude-opus-4-6.`)
    const target = to ?? firstWith((client) => client.model !== undefined, asking)?.id ?? ''
    const setting = clientById(target)?.model
    const message =
      setting === undefined
        ? `${labelOf(target)} has no documented way to switch its model: choose ${model} in the menu of models beside its input.`
        : `${labelOf(target)} gets the model ${model} once a person types: mcp-twin actions run ${id}`
    const needs = {
      message,
      ...(setting !== undefined && { command: `mcp-twin actions run ${id}`, change: { [setting.path.join('.')]: model } }),
    }
    return { params: { model }, to: target, carrier: 'person', claimable: false, needs }
  },
  async carryOut({ to, result }, { model }, { person }) {
    const client = clientById(to ?? '')
    if (person === undefined || client?.model === undefined)
      return { status: 'needs_user', result: isObject(result) ? result : { message: `Choose ${model} by hand.` } }
    return person.setModel(client, model)
  },
})
