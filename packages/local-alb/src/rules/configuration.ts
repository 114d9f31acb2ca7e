import { dirname, resolve } from 'node:path'
import { type AlbOptions, resolveOptions } from '../options.js'
import { readAttributes, toOptions } from './reading/attributes.js'
import type { LoadBalancerDefinition, TargetGroupDefinition } from './definition.js'
import { readJsonFile, readReference } from './reading/json-file.js'
import { ConfigurationError, JsonValue, list } from './reading/json-value.js'
import { quotaWarnings } from './reading/quotas.js'
import { readRules } from './reading/read-rules.js'
import { readTargets } from './reading/read-targets.js'
import { registerTargets } from './reading/register-targets.js'
import {
  inferTargetGroups,
  readTargetGroups,
  nameInArn,
  TargetGroupNames,
  targetGroupArnsIn,
} from './reading/target-groups.js'

/** What a configuration file says. */
export interface Configuration {
  readonly definition: LoadBalancerDefinition
  readonly options: AlbOptions
  /** What works otherwise than at AWS, or what AWS would not take; one sentence each. */
  readonly warnings: readonly string[]
}

const MEMBERS = [
  'rules',
  'targetGroups',
  'targetGroupAttributes',
  'loadBalancerAttributes',
  'listenerAttributes',
  'targets',
  'options',
  'ignoreAuthentication',
]

/**
 * Reads a configuration file: a load balancer as the AWS CLI describes it, and what stands for its target groups on this
 * machine. Three commands print what it takes:
 *
 *     aws elbv2 describe-rules --listener-arn "$LISTENER" > rules.json
 *     aws elbv2 describe-target-groups --load-balancer-arn "$LOAD_BALANCER" > target-groups.json
 *     aws elbv2 describe-target-group-attributes --target-group-arn "$FUNCTION_GROUP" > function-attributes.json
 *
 * The file itself names them, or holds the same JSON in their place, and adds the targets by the groups' names or ARNs:
 *
 *     {
 *       "rules": "rules.json",
 *       "targetGroups": "target-groups.json",
 *       "targetGroupAttributes": { "shop-function": "function-attributes.json" },
 *       "targets": {
 *         "shop-servers": "http://127.0.0.1:3000",
 *         "shop-function": { "file": "dist/lambda.mjs", "timeoutSeconds": 10 }
 *       }
 *     }
 *
 * Also, and all of it may be left out: `loadBalancerAttributes` and `listenerAttributes`, as
 * `describe-load-balancer-attributes` and `describe-listener-attributes` print them; `options`, which are those of
 * `createAlb` and win over attributes; `ignoreAuthentication`, which leaves out actions that authenticate users.
 *
 * Written by hand it may be as short as this. Target groups go by name, rules by the order in which they stand, and
 * without `targetGroups` there is one for each entry of `targets`:
 *
 *     {
 *       "rules": [{ "Actions": [{ "Type": "forward", "ForwardConfig": { "TargetGroups": [
 *         { "TargetGroupName": "server", "Weight": 90 },
 *         { "TargetGroupName": "function", "Weight": 10 }
 *       ] } }] }],
 *       "targetGroupAttributes": { "function": { "lambda.multi_value_headers.enabled": true } },
 *       "targets": { "server": "http://127.0.0.1:3000", "function": "dist/lambda.mjs" }
 *     }
 *
 * @param file file names in it are relative to its folder
 * @param targets stand in the place of what the file says, by the target groups' names or ARNs
 * @throws {ConfigurationError} naming the place in the JSON, the value there, and what to do
 */
export async function readConfiguration(
  file: string,
  targets: Readonly<Record<string, string>> = {},
): Promise<Configuration> {
  return parse(await readJsonFile(resolve(file)), dirname(resolve(file)), targets)
}

/**
 * As {@link readConfiguration}, for what has been read already.
 *
 * @param baseDir the folder that file names in it are relative to
 * @throws {ConfigurationError}
 */
export async function parseConfiguration(json: unknown, baseDir: string): Promise<Configuration> {
  return parse(new JsonValue(json, 'configuration', true), baseDir, {})
}

async function parse(
  json: JsonValue,
  baseDir: string,
  overrides: Readonly<Record<string, string>>,
): Promise<Configuration> {
  checkMembers(json)
  const read = (name: string): Promise<JsonValue> => readReference(json.at(name), baseDir)
  const warnings: string[] = []
  const warn = (sentence: string): void => {
    warnings.push(sentence)
  }

  const rulesJson = await read('rules')
  const described = await read('targetGroups')
  const targets = await readTargets(override(json.at('targets'), overrides), baseDir)
  const names = new TargetGroupNames(
    described.isAbsent
      ? inferTargetGroups([...targets.keys()], targetGroupArnsIn(rulesJson))
      : readTargetGroups(described, warn),
  )
  const ignoreAuthentication = json.at('ignoreAuthentication')
  const rules = readRules(rulesJson.isAbsent ? onlyGroup(rulesJson, names) : rulesJson, {
    toGroupArn: (reference) => names.get(reference).arn,
    ignoreAuthentication: !ignoreAuthentication.isAbsent && ignoreAuthentication.flag(),
    warn,
  })
  const attributes = new Map(
    await Promise.all(
      entriesOf(json.at('targetGroupAttributes')).map(
        async ([name, value]) =>
          [names.getByKey(name, value).arn, await readReference(value, baseDir)] as const,
      ),
    ),
  )
  const targetGroups = registerTargets({ rules, names, targets, attributes, warn })
  checkUsed(overrides, targetGroups)
  const options = {
    ...toOptions(
      readAttributes(await read('loadBalancerAttributes')),
      readAttributes(await read('listenerAttributes')),
      warn,
    ),
    ...readOptions(json.at('options')),
  }
  return {
    definition: { rules, targetGroups },
    options,
    warnings: [...warnings, ...quotaWarnings(rules)],
  }
}

function entriesOf(json: JsonValue): ReturnType<JsonValue['entries']> {
  return json.isAbsent ? [] : json.entries()
}

/** A group goes by its name or its ARN, here and there. */
function override(json: JsonValue, overrides: Readonly<Record<string, string>>): JsonValue {
  const names = new Set(Object.keys(overrides).map((key) => nameInArn(key) ?? key))
  if (names.size === 0) return json
  const kept = entriesOf(json)
    .filter(([key]) => !names.has(nameInArn(key) ?? key))
    .map(([key, { value }]) => [key, value])
  return new JsonValue({ ...Object.fromEntries(kept), ...overrides }, json.path)
}

/** In the file a superfluous target is worth a warning; one given for this very run is a slip. */
function checkUsed(
  overrides: Readonly<Record<string, string>>,
  targetGroups: readonly TargetGroupDefinition[],
): void {
  for (const key of Object.keys(overrides)) {
    if (targetGroups.some(({ name, arn }) => key === name || key === arn)) continue
    const known = list(targetGroups.map(({ name }) => name))
    throw new ConfigurationError(
      `A target is given for ${JSON.stringify(key)}, which no rule forwards to; the rules forward to ${known}`,
    )
  }
}

function checkMembers(json: JsonValue): void {
  for (const [name, value] of json.entries()) {
    if (name === 'Rules' || name === 'TargetGroups') {
      throw value.wrong(
        'this is what the AWS CLI printed; name that file in a configuration file: ' +
          '{ "rules": "rules.json", "targetGroups": "target-groups.json", "targets": { … } }',
      )
    }
    if (!MEMBERS.includes(name))
      throw value.wrong(`it is not known; a configuration has ${MEMBERS.join(', ')}`)
  }
}

/** Without rules everything goes to the only target group. */
function onlyGroup(missing: JsonValue, { groups }: TargetGroupNames): JsonValue {
  const [group, second] = groups
  if (!group || second) {
    throw missing.wrong(
      'give the file with the output of aws elbv2 describe-rules, or rules written by hand',
    )
  }
  return new JsonValue([{ Actions: [{ Type: 'forward', TargetGroupArn: group.arn }] }], 'rules')
}

/** Checked where it stands, so that a complaint comes with its place. */
function readOptions(json: JsonValue): AlbOptions {
  if (json.isAbsent) return {}
  const options: AlbOptions = Object.fromEntries(
    json.entries().map(([name, { value }]) => [name, value]),
  )
  try {
    resolveOptions(options)
  } catch (error) {
    throw new ConfigurationError(`${json.path}: ${(error as Error).message}`, { cause: error })
  }
  return options
}
