// When the end of an upload is heard beside what happens to the response: on a server that is the network's affair, and
// packets decide it. In an event the whole body is there at once.

/**
 * What is compared of an exchange's notes: where there is a body, the request's own events and its data beside the others
 * and not among them.
 *
 * @param {readonly string[]} notes
 * @param {boolean} hasBody
 */
export function comparableNotes(notes, hasBody) {
  if (!hasBody) return [notes]
  const isOfUpload = (/** @type {string} */ note) => /^(req|data) /.test(note)
  return [notes.filter((note) => !isOfUpload(note)), notes.filter(isOfUpload)]
}
