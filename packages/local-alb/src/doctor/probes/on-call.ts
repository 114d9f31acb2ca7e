type Callable = (...args: never[]) => unknown

/** What is told of a call before it is made. */
export type OnCall = (args: readonly unknown[], self: unknown) => void

/** A function that tells of each call and is the same otherwise: what it does, its name, length and members. */
export function observed<Fn extends Callable>(fn: Fn, onCall: OnCall): Fn {
  return new Proxy(fn, {
    apply(target, self, args: unknown[]) {
      tell(onCall, args, self)
      return Reflect.apply(target, self, args) as unknown
    },
    construct(target, args: unknown[], newTarget) {
      tell(onCall, args, undefined)
      return Reflect.construct(target, args, newTarget) as object
    },
  })
}

/** A probe that fails must not fail the app. */
function tell(onCall: OnCall, args: readonly unknown[], self: unknown): void {
  try {
    onCall(args, self)
  } catch {
    // Then nothing is told.
  }
}

/** Puts an observed function in the place of a member. Members that are not there, or cannot be replaced, stay. */
export function observe(target: object, name: string, onCall: OnCall): void {
  const fn: unknown = Reflect.get(target, name)
  if (typeof fn !== 'function') return
  replace(target, name, observed(fn as Callable, onCall))
}

export function replace(target: object, name: PropertyKey, value: unknown): void {
  const found = Object.getOwnPropertyDescriptor(target, name)
  if (found?.configurable === false && found.writable !== true) return
  if (found?.configurable === false) {
    Reflect.set(target, name, value)
    return
  }
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: found?.enumerable ?? false,
  })
}
