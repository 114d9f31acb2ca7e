/// <reference lib="dom" />

/**
 * Keys that work anywhere but where text is typed or a dialog is open.
 *
 * @param {ReadonlyMap<string, () => void>} keys
 */
export function listenForKeys(keys) {
  document.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event
    if (event.defaultPrevented || ctrlKey || metaKey || altKey) return
    if (target instanceof Element && target.closest('input, textarea, dialog') !== null) return
    const act = keys.get(key)
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}
