/// <reference lib="dom" />
// What stands where there are no rows: what to do about it.

import { showToast } from './actions.js'
import { copyText } from './clipboard.js'
import { byId, element } from './dom.js'

/** @typedef {import('../live-updates.js').About} About */

const box = byId('nothing', HTMLDivElement)

/** @param {About | null} about */
export function showEmpty(about) {
  const url = about?.url ?? null
  const heading = element('h2', {}, ['No requests yet'])
  if (url === null) {
    box.replaceChildren(
      heading,
      element('p', {}, ['Send one through the load balancer and it appears here.']),
      ...factsView(about),
    )
    return
  }
  const line = `curl ${url.endsWith('/') ? url : `${url}/`}`
  const button = element('button', { type: 'button' }, ['Copy'])
  button.addEventListener('click', () => {
    void copyCommand(line)
  })
  box.replaceChildren(
    heading,
    element('p', {}, ['Send one through the load balancer and it appears here:']),
    element('div', { class: 'command' }, [element('code', {}, [line]), button]),
    ...factsView(about),
  )
}

/** @param {string} line */
async function copyCommand(line) {
  if (await copyText(line)) showToast('Copied')
}

/** @param {() => void} onClear */
export function showNoMatch(onClear) {
  const button = element('button', { type: 'button' }, ['Clear the filter'])
  button.addEventListener('click', onClear)
  box.replaceChildren(
    element('h2', {}, ['No request matches']),
    element('p', {}, ['The filter hides all of them.']),
    button,
  )
}

/** @param {boolean} hidden */
export function hideNothing(hidden) {
  box.hidden = hidden
}

/** @param {About | null} about */
function factsView(about) {
  if (about === null || about.facts.length === 0) return []
  return [
    element(
      'dl',
      { class: 'facts' },
      about.facts.map(([label, value]) =>
        element('div', {}, [element('dt', {}, [label]), element('dd', {}, [value])]),
      ),
    ),
  ]
}
