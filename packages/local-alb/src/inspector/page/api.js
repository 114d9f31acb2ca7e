/// <reference lib="dom" />
// What the page asks of the inspector's server.

/** @typedef {import('../details.js').Details} Details */

/** @param {number} id */
export function exchangeUrl(id) {
  return `api/exchanges/${id}`
}

/**
 * @param {number} id
 * @param {AbortSignal} signal
 * @returns {Promise<Details>}
 */
export async function fetchDetails(id, signal) {
  return /** @type {Details} */ (await read(await fetch(exchangeUrl(id), { signal })))
}

/**
 * Sends a command. The header makes it one that no other site can send.
 *
 * @param {string} path
 */
export async function command(path) {
  const answer = await read(await fetch(path, { method: 'POST', headers: { 'X-Inspector': '1' } }))
  return /** @type {{ id?: number }} */ (answer)
}

/**
 * @param {Response} response
 * @returns {Promise<unknown>}
 */
async function read(response) {
  /** @type {unknown} */
  const answer = await response.json()
  if (response.ok) return answer
  const { error } = /** @type {{ error?: string }} */ (answer)
  throw new Error(error ?? `The inspector answered ${response.status}.`)
}
