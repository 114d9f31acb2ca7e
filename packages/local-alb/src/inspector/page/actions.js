/// <reference lib="dom" />
// What can be done with the request whose details are shown.

import { command, exchangeUrl } from './api.js'
import { copyText } from './clipboard.js'
import { byId, setText } from './dom.js'

/** @typedef {import('../details.js').Details} Details */

const toast = byId('toast', HTMLParagraphElement)
/** @type {number | undefined} */
let toastTimer

/** @param {string} text says what has been done, for a few seconds */
export function showToast(text) {
  setText(toast, text)
  toast.dataset['shown'] = 'true'
  clearTimeout(toastTimer)
  toastTimer = window.setTimeout(() => {
    toast.dataset['shown'] = 'false'
  }, 4000)
}

export class Actions {
  #replay = byId('replay', HTMLButtonElement)
  #replayOther = byId('replay-other', HTMLButtonElement)
  #copyCurl = byId('copy-curl', HTMLButtonElement)
  #saveEvent = byId('save-event', HTMLAnchorElement)
  #obstacle = byId('obstacle', HTMLParagraphElement)

  /**
   * @param {object} surroundings
   * @param {() => Details | null} surroundings.current the request that an action is for
   * @param {(id: number) => void} surroundings.onReplayed a new request repeats the current one
   */
  constructor({ current, onReplayed }) {
    this.current = current
    this.onReplayed = onReplayed
    this.#replay.addEventListener('click', () => void this.replay())
    this.#replayOther.addEventListener('click', () => void this.replayOther())
    this.#copyCurl.addEventListener('click', () => void this.copyCurl())
  }

  /** @param {Details | null} details */
  show(details) {
    const other = otherMode(details)
    const blocked = details === null || details.replayObstacle !== null
    this.#replay.disabled = blocked
    this.#replayOther.disabled = blocked
    this.#replayOther.hidden = other === null
    setText(this.#replayOther, `Replay in ${other ?? 'multi'}-value mode`)
    this.#copyCurl.disabled = details?.curl === null || details === null
    this.#saveEvent.hidden = details?.event === null || details === null
    if (details !== null) this.#saveEvent.href = `${exchangeUrl(details.row.id)}/event.json`
    const obstacle = details?.replayObstacle ?? null
    this.#obstacle.hidden = obstacle === null
    setText(this.#obstacle, obstacle === null ? '' : `It cannot be sent again. ${obstacle}`)
  }

  async replay() {
    await this.#send(this.#replay, '')
  }

  async replayOther() {
    const other = otherMode(this.current())
    if (other !== null) await this.#send(this.#replayOther, `?mode=${other}`)
  }

  async copyCurl() {
    const curl = this.current()?.curl ?? null
    if (curl !== null && (await copyText(curl))) showToast('Copied as curl')
  }

  saveEvent() {
    if (this.current() !== null && !this.#saveEvent.hidden) this.#saveEvent.click()
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} query
   */
  async #send(button, query) {
    const details = this.current()
    if (details === null || button.disabled || button.ariaBusy === 'true') return
    // Busy, not disabled: that would take the focus away.
    button.ariaBusy = 'true'
    try {
      const { id } = await command(`${exchangeUrl(details.row.id)}/replay${query}`)
      showToast(`Sent again as #${id}`)
      if (id !== undefined && this.current()?.row.id === details.row.id) this.onReplayed(id)
    } catch (error) {
      showToast(error instanceof Error ? error.message : String(error))
    } finally {
      button.ariaBusy = 'false'
    }
  }
}

/**
 * @param {Details | null} details
 * @returns {'single' | 'multi' | null} `null` where events have no part
 */
function otherMode(details) {
  const mode = details?.row.mode ?? null
  if (mode === null) return null
  return mode === 'single' ? 'multi' : 'single'
}
