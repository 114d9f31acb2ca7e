import type { Clock } from '../clock.js'
import { CutOverError, refusal, toReason } from '../cut-over-error.js'
import { EXIT } from '../exit-codes.js'
import type { Report } from '../report/event.js'
import type { Groups, Rule } from '../rule/rule.js'
import type { Weights } from '../rule/weights.js'
import { isRunningHere } from './process.js'
import type { Runner, State } from './state.js'
import { readState, writeState } from './state-file.js'

/** The state file, as one run writes it. */
export class Journal {
  readonly #file: string
  readonly #clock: Clock
  readonly #report: Report
  #state: State

  constructor(file: string, clock: Clock, report: Report, state: State) {
    this.#file = file
    this.#clock = clock
    this.#report = report
    this.#state = state
  }

  get state(): State {
    return this.#state
  }

  /** Throws when it cannot be written: nothing may be done that nobody could make out afterwards. */
  async note(change: Change): Promise<void> {
    const next = apply(this.#state, change, this.#clock)
    await writeState(this.#file, next)
    this.#state = next
  }

  /** For what has happened already, and must go on: a file that cannot be written is told, and no more. */
  async tryNote(change: Change): Promise<void> {
    try {
      await this.note(change)
    } catch (error) {
      this.#state = apply(this.#state, change, this.#clock)
      this.#report({ event: 'note', level: 'warning', message: toReason(error) })
    }
  }

  /** Throws when another run has written the file meanwhile: what it does goes first. */
  async throwIfTakenOver(): Promise<void> {
    const now = await readState(this.#file)
    if (now === undefined || now.runner.id === this.#state.runner.id) return
    throw new CutOverError(
      EXIT.changed,
      `Another run of this command (process ${now.runner.pid} on ${now.runner.host}) has taken over. This one ends; the rule stays as that one leaves it.`,
    )
  }
}

type Change = { readonly [Name in keyof State]?: State[Name] | undefined }

function apply(state: State, change: Change, clock: Clock): State {
  const updatedAt = new Date(clock.now()).toISOString()
  const entries = Object.entries({ ...state, ...change, updatedAt })
  // Only what may be missing is ever set to undefined.
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as State
}

/** The file's state, if it is that of this rule and these groups. */
export async function readStateOf(
  file: string,
  rule: Rule,
  groups: Groups,
): Promise<State | undefined> {
  const state = await readState(file)
  if (state === undefined) return undefined
  const isOurs =
    state.rule === rule.ruleArn &&
    state.groups.existing === groups.existing &&
    state.groups.function === groups.function
  if (isOurs) return state
  throw refusal(
    `The state file ${file} is about another cut-over: rule ${state.rule}, existing group ${state.groups.existing}, function's group ${state.groups.function}. Name another file with --state, or move it away.`,
  )
}

/** Throws while another run is at work with this file. */
export function throwIfActive(file: string, state: State, takeOver: boolean): void {
  const isActive = state.status === 'shifting' || state.status === 'watching'
  if (!isActive || takeOver || state.runner.pid === process.pid) return
  if (!isRunningHere(state.runner)) return
  throw refusal(
    `Process ${state.runner.pid} is at work on this rule (${file}). Wait for it, roll back with the rollback command, or let this run go on in its place with --take-over.`,
  )
}

export function newState(
  rule: Rule,
  groups: Groups,
  original: Weights,
  runner: Runner,
  clock: Clock,
): State {
  const time = new Date(clock.now()).toISOString()
  return {
    version: 1,
    rule: rule.ruleArn,
    groups,
    original,
    notedAt: time,
    status: 'stopped',
    runner,
    updatedAt: time,
  }
}
