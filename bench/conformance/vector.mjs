// What a vector is, and the few words its expectations are made of.

/**
 * @typedef {'single' | 'multi'} Mode
 *
 * @typedef {object} Request what a client sent, as the load balancer has it
 * @property {string} [method] GET
 * @property {string} [path] raw; `/`
 * @property {[string, string][]} [query] raw pieces, in the client's order
 * @property {[string, string][]} [headers] lines; they replace the usual ones of the same name
 * @property {boolean} [bare] without the usual lines (host, user-agent, X-Forwarded-*)
 * @property {string | Buffer} [body]
 * @property {boolean} [chunked] the body came without content-length
 * @property {Record<string, unknown>} [patch] members of the event to replace, `undefined` to remove
 * @property {Mode} [mode] instead of the run's
 *
 * @typedef {object} Answer what the client must get; a member that is left out is not looked at
 * @property {unknown} [status]
 * @property {unknown} [phrase] the reason phrase
 * @property {unknown} [headers] by lower-case name; `undefined` for a field that must not be there
 * @property {unknown} [cookies] every Set-Cookie value, in any order
 * @property {unknown} [text] the body read as UTF-8
 * @property {unknown} [json] the body read as JSON
 * @property {unknown} [base64] the body's bytes
 * @property {boolean} [clear] the load balancer must not have had to refuse the result
 * @property {boolean} [fails] an error status or an error of the function, in time; nothing else may be given
 *
 * @typedef {(facts: Record<string, unknown>) => void} See writes down what the app saw
 * @typedef {import('node:http').RequestListener} Listener
 *
 * @typedef {object} Vector
 * @property {string} id
 * @property {string} claim one sentence that is true of every right adapter
 * @property {string} source contract section, RFC, Node behaviour, or public report
 * @property {'documented' | 'observed' | 'inferred'} standing
 * @property {Mode[]} [modes] both
 * @property {Request | Request[]} [request] several are invoked at once; `GET /`
 * @property {boolean} [twice] the same event object is invoked a second time, and that one is judged
 * @property {(see: See) => Listener} [app] the app that reports its request
 * @property {(listener: Listener, see: See) => Promise<void>} [after] once the invocations are over
 * @property {unknown} [sees] what the app must have seen
 * @property {Answer | Answer[]} [answer] status 200, unless `sees` says enough
 * @property {unknown} [handler] facts about the handler and its event
 * @property {number} [timeoutMs] what Lambda's context says is left; 30,000
 * @property {string} [apart] why a real server cannot judge it; without it, one must pass it too
 */

/** The same as a real `http.Server` with the same app gave for the same request. */
export const AS_NODE = Object.freeze({ asNode: true })

/** @param {unknown[]} values @returns any of these is right */
export const oneOf = (...values) => ({ oneOf: values })

/** @param {RegExp} pattern */
export const matching = (pattern) => ({ matching: pattern })

/** @param {string} what @param {(value: unknown) => boolean} test */
export const that = (what, test) => ({ what, test })
