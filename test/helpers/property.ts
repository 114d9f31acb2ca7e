import type fc from 'fast-check'

/** The same cases each time: a test that fails now and then tells nobody what broke it. The fuzzer looks for others. */
const SEED = 20261122

/**
 * How often a property is tried. A failure prints its seed and path; with these in `FC_SEED` and `FC_PATH` the same
 * case runs again, and `FC_RUNS` asks for another number of runs.
 */
export function tried<T>(numRuns: number): fc.Parameters<T> {
  const { FC_RUNS, FC_SEED, FC_PATH } = process.env
  return {
    numRuns: Number(FC_RUNS ?? numRuns),
    seed: Number(FC_SEED ?? SEED),
    ...(FC_PATH !== undefined && { path: FC_PATH }),
  }
}
