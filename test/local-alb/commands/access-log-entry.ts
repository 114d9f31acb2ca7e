/** AWS, "Access logs for your Application Load Balancer", "Access log entries": the fields in their order. */
const FIELDS = [
  'type',
  'time',
  'elb',
  'client:port',
  'target:port',
  'request_processing_time',
  'target_processing_time',
  'response_processing_time',
  'elb_status_code',
  'target_status_code',
  'received_bytes',
  'sent_bytes',
  'request',
  'user_agent',
  'ssl_cipher',
  'ssl_protocol',
  'target_group_arn',
  'trace_id',
  'domain_name',
  'chosen_cert_arn',
  'matched_rule_priority',
  'request_creation_time',
  'actions_executed',
  'redirect_url',
  'error_reason',
  'target:port_list',
  'target_status_code_list',
  'classification',
  'classification_reason',
  'conn_trace_id',
  // Since rules can transform requests.
  'transformed_host',
  'transformed_uri',
  'request_transform_status',
] as const

const QUOTED: readonly string[] = [
  'request',
  'user_agent',
  'trace_id',
  'domain_name',
  'chosen_cert_arn',
  'actions_executed',
  'redirect_url',
  'error_reason',
  'target:port_list',
  'target_status_code_list',
  'classification',
  'classification_reason',
  'transformed_host',
  'transformed_uri',
  'request_transform_status',
]

export type Entry = Record<(typeof FIELDS)[number], string>

/** Reads an entry as a log analyser does; quotes stay. Fails where a field is too many, too few, or not in its form. */
export function readEntry(line: string): Entry {
  const values = line.match(/"[^"]*"|[^ "]+/g) ?? []
  if (values.join(' ') !== line) throw new Error(`Not separated by single blanks: ${line}`)
  if (/[^ -~]/.test(line)) throw new Error(`Not printable ASCII: ${JSON.stringify(line)}`)
  if (values.length !== FIELDS.length) {
    throw new Error(`${values.length} fields instead of ${FIELDS.length}: ${line}`)
  }
  return Object.fromEntries(
    FIELDS.map((field, i) => {
      const value = values[i] ?? ''
      if (value.startsWith('"') !== QUOTED.includes(field)) {
        throw new Error(`${field} is ${value}: ${line}`)
      }
      return [field, value]
    }),
  ) as Entry
}
