/// <reference lib="dom" />
import { byId } from './dom.js'

/**
 * Copies a text; where the browser does not allow that (a page from another machine without HTTPS, a permission denied)
 * it is shown for copying by hand.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = byId('copy-text', HTMLTextAreaElement)
    area.value = text
    byId('copy-dialog', HTMLDialogElement).showModal()
    area.focus()
    area.select()
    return false
  }
}
