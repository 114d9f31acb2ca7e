output "function_name" {
  value = aws_lambda_function.this.function_name
}

output "alias_arn" {
  value = aws_lambda_alias.live.arn
}

output "target_group_arn" {
  value = aws_lb_target_group.function.arn
}

output "listener_arn" {
  value = local.listener_arn
}

output "rule_arn" {
  description = "Of the rule that shares the traffic."
  value       = aws_lb_listener_rule.live.arn
}

output "test_rule_arn" {
  description = "Null where there is no test header."
  value       = one(aws_lb_listener_rule.test[*].arn)
}

output "alarm_names" {
  value = join(",", concat(
    [for alarm in aws_cloudwatch_metric_alarm.count : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.duration.alarm_name],
  ))
}

output "load_balancer_dns_name" {
  description = "Null where create_load_balancer is false."
  value       = one(aws_lb.this[*].dns_name)
}

output "role_name" {
  description = "For policies of your own."
  value       = aws_iam_role.function.name
}
