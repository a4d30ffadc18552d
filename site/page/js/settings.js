// What the room has agreed on, as a form. What somebody is typing stays until
// it is applied or the form is reset.

import { byId, setAttribute, setText } from './dom.js'
import { sentence } from './words.js'

const acks = ['async', 'one', 'all']

/** Wires the form. `configure(change)` asks the room; `start` is not needed before there is one. */
export function createSettings(configure) {
  const form = byId('settings')
  const note = byId('settings-note')
  let kept // as the room has them

  const fields = () => form.elements
  const shown = () => ({
    election: fields().election.value,
    ack: acks.includes(fields().ack.value) ? fields().ack.value : Number(fields().ack.value),
    volatile: fields().volatile.value,
    minInSync: fields().minInSync.valueAsNumber,
    lagLimit: Math.round(fields().lagLimit.valueAsNumber * 1000),
  })
  const changed = () => (kept ? Object.fromEntries(Object.entries(shown()).filter(([name, value]) => value !== kept[name])) : {})
  const touch = () => {
    byId('settings-apply').disabled = !kept || Object.keys(changed()).length === 0
    setAttribute(form, 'data-dirty', !byId('settings-apply').disabled)
  }

  const show = (settings) => {
    const { election, ack, volatile, minInSync, lagLimit } = fields()
    election.value = settings.election
    if (!acks.includes(settings.ack) && ![...ack.options].some((option) => option.value === String(settings.ack))) {
      ack.add(new Option(`${settings.ack} replicas`, String(settings.ack)))
    }
    ack.value = String(settings.ack)
    volatile.value = settings.volatile
    minInSync.value = settings.minInSync
    lagLimit.value = settings.lagLimit / 1000
    touch()
  }

  form.addEventListener('input', touch)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    say(note, 'Asking the relay…')
    byId('settings-apply').disabled = true
    try {
      kept = await configure(changed())
      show(kept)
      say(note, 'The room has them now.')
    } catch (error) {
      say(note, sentence(error.message), true)
      touch()
    }
  })

  return ({ status }) => {
    fields().fields.disabled = !status || status.role === 'offline'
    if (!status || kept === status.settings) return
    const untouched = Object.keys(changed()).length === 0
    kept = status.settings
    if (untouched) show(kept)
    else touch()
  }
}

function say(note, text, bad = false) {
  setText(note, text)
  setAttribute(note, 'data-tone', bad ? 'bad' : undefined)
}
