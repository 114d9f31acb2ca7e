// What is said of a kind of invocation, and the event of one.
import assert from 'node:assert/strict'
import { createAlbEvent } from 'express-alb/testing'

/**
 * @typedef {import('express-alb').AlbEvent} AlbEvent
 * @typedef {import('express-alb').LogCode} LogCode
 * @typedef {import('express-alb/testing').ClientResponse} ClientResponse
 * @typedef {import('express-alb/testing').AlbEventInit} AlbEventInit
 *
 * @typedef {object} Order what one invocation is made from
 * @property {string} id
 * @property {number} seed of its contents
 * @property {number} size from 0 to 1
 * @property {'single' | 'multi'} mode
 *
 * @typedef {object} Invocation
 * @property {AlbEvent} event
 * @property {number} [timeoutMs] Lambda's; 30 s when left out
 * @property {(answer: ClientResponse) => void} check throws when the answer is not the right one
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {number} share of 10,000 invocations
 * @property {'express' | 'bare'} [target] whose handler is invoked; Express when left out
 * @property {readonly LogCode[]} [logs] what the adapter logs of each
 * @property {(order: Order) => Invocation} make
 */

/**
 * @param {Order} order
 * @param {Omit<AlbEventInit, 'headers'> & { headers?: Readonly<Record<string, string>> }} init
 * @returns {AlbEvent}
 */
export function eventOf({ id, mode }, { headers, ...init }) {
  return createAlbEvent({ ...init, mode, headers: { 'x-id': id, ...headers } })
}

/** The invocation's own answer, made by code that ran for it. @param {ClientResponse} answer @param {Order} order @param {number} [status] */
export function assertOwn(answer, { id }, status = 200) {
  assert.equal(answer.refusal, undefined)
  assert.equal(answer.status, status)
  assert.equal(answer.headers['x-invocation'], id)
}
