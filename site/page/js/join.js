// Bringing in other nodes, and handing the lead to one of them.

import { byId, copyButton, h, keyed, setAttribute, setText } from './dom.js'
import { joinCommand, joinLink, openTab } from './place.js'

/** Wires the join panel; `handOver(node)` passes the lead. */
export function createJoin(handOver) {
  byId('join-link').value = joinLink()
  byId('join-command').value = joinCommand()
  for (const id of ['join-link', 'join-command']) byId(id).addEventListener('focus', (event) => event.target.select())
  copyButton(byId('join-link-copy'), joinLink)
  copyButton(byId('join-command-copy'), joinCommand)
  byId('open-tab').addEventListener('click', openTab)

  byId('handover-to').replaceChildren()
  const note = byId('handover-note')
  byId('handover').addEventListener('submit', async (event) => {
    event.preventDefault()
    const choice = byId('handover-to')
    if (choice.value === '') return
    say(note, 'Handing over…')
    const trouble = await handOver(choice.value)
    say(note, trouble ?? '', trouble !== undefined)
  })
  return paint
}

function paint({ status, members }) {
  const master = members.find((member) => member.role === 'master')
  const choices = members.filter((member) => member.role === 'replica' && member.inSync)
  const items = choices.length > 0 ? choices : [{ node: '', name: members.length > 1 ? 'no other node is in sync' : 'no other node yet' }]
  keyed(byId('handover-to'), items, (item) => item.node, (item) => h('option', { value: item.node }), (option, item) =>
    setText(option, item.self ? `${item.name} (this tab)` : item.name))
  const idle = choices.length === 0 || !status?.open || status.role === 'offline'
  byId('handover-to').disabled = idle
  byId('handover-go').disabled = idle
  const mine = status?.role === 'master'
  setText(byId('handover-label'), mine || !master ? 'Hand the lead to' : `Ask ${master.name} to hand the lead to`)
}

function say(note, text, bad = false) {
  setText(note, text)
  setAttribute(note, 'data-tone', bad ? 'bad' : undefined)
}
