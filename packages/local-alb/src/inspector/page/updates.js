/// <reference lib="dom" />
// The stream of what happens. One way to connect and to come back: ask for what is new since the last message.

/**
 * @typedef {import('../live-updates.js').About} About
 *
 * @typedef {{ reset: boolean, rows: import('../row.js').Row[] }} Changes
 *
 * @typedef {object} Listener
 * @property {(about: About) => void} onAbout
 * @property {(changes: Changes) => void} onChanges
 * @property {(state: 'connecting' | 'live' | 'lost') => void} onState
 */

const FIRST_RETRY_MS = 300
const LONGEST_RETRY_MS = 5_000

/** @param {Listener} listener */
export function connectUpdates({ onAbout, onChanges, onState }) {
  let last = ''
  let retryMs = FIRST_RETRY_MS
  /** @type {EventSource | undefined} */
  let source
  /** @type {number | undefined} */
  let timer

  const disconnect = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }

  const connect = () => {
    disconnect()
    const made = new EventSource(`api/updates?after=${encodeURIComponent(last)}`)
    source = made
    made.addEventListener('about', (event) => {
      const { data } = /** @type {MessageEvent<unknown>} */ (event)
      retryMs = FIRST_RETRY_MS
      onState('live')
      onAbout(/** @type {About} */ (JSON.parse(String(data))))
    })
    made.addEventListener('rows', (event) => {
      const { data, lastEventId } = /** @type {MessageEvent<unknown>} */ (event)
      onChanges(/** @type {Changes} */ (JSON.parse(String(data))))
      last = lastEventId
    })
    made.addEventListener('error', () => {
      // A browser gives up for good on some errors; we do not.
      disconnect()
      onState('lost')
      timer = window.setTimeout(connect, retryMs)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    })
  }

  // A browser opens six connections to an origin; pages that nobody sees must not use them up.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') disconnect()
    else if (source === undefined) connect()
  })
  onState('connecting')
  connect()
}
