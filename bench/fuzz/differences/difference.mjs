// The form in which a difference between server and function is stated.

/**
 * What a difference may depend on.
 *
 * @typedef {object} Situation
 * @property {import('../message.mjs').Mode} mode
 * @property {string} clientAddress
 * @property {number} listenerPort
 * @property {string} target as the client sent it
 */

/**
 * Something that a load balancer in front of a function, or the lack of a connection, makes different for the app or its
 * client. It is stated as what to do with the plain server's request or answer so that the other side, which nothing
 * touches, must be the same. `both` is for the few values that no rule can foretell.
 *
 * @typedef {object} Difference
 * @property {string} name
 * @property {string} source AWS's document, an observation of real load balancers, the standard, or the adapter's own decision
 * @property {'load balancer'} [by] set where it is what a load balancer does to any function's answer
 * @property {(request: import('../message.mjs').Request, situation: Situation) => import('../message.mjs').Request} [request]
 * what the plain server is sent in place of the client's request
 * @property {(response: import('../message.mjs').Response, request: import('../message.mjs').Request, situation: Situation) => import('../message.mjs').Response} [response]
 * what the client gets, by the request that the plain server got, in place of the plain server's answer
 * @property {(response: import('../message.mjs').Response) => import('../message.mjs').Response} [both]
 * what is compared in place of either answer
 */

/** Checks the form of a list. @param {readonly Difference[]} list */
export function differences(list) {
  return list
}
