# Alarms for what this function does to clients, not for the rest of the load balancer: every metric is that of the
# target group or of the alias.

locals {
  # `app/<name>/<id>` of `arn:…:listener/app/<name>/<id>/<listener id>`.
  load_balancer_name = join("/", slice(split("/", local.listener_arn), 1, 4))

  group_dimensions = {
    LoadBalancer = local.load_balancer_name
    TargetGroup  = aws_lb_target_group.function.arn_suffix
  }

  # What the load balancer invokes is the alias, and Lambda counts that apart.
  alias_dimensions = {
    FunctionName = var.name
    Resource     = "${var.name}:${local.alias}"
  }

  alarm_actions = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]

  count_alarms = {
    target-5xx = {
      description = "The app answered with 5xx"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_Target_5XX_Count"
      dimensions  = local.group_dimensions
      threshold   = var.alarm_target_5xx_count
    }
    lambda-user-errors = {
      description = "The load balancer answered in place of the function: error_reason in its access log says why"
      namespace   = "AWS/ApplicationELB"
      metric      = "LambdaUserError"
      dimensions  = local.group_dimensions
      threshold   = var.alarm_load_balancer_error_count
    }
    lambda-internal-errors = {
      description = "The load balancer could not reach Lambda: error_reason in its access log says why"
      namespace   = "AWS/ApplicationELB"
      metric      = "LambdaInternalError"
      dimensions  = local.group_dimensions
      threshold   = var.alarm_load_balancer_error_count
    }
    function-errors = {
      description = "The function threw, crashed or ran out of time"
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = local.alias_dimensions
      threshold   = var.alarm_function_error_count
    }
    throttles = {
      description = "Lambda refused invocations for want of concurrency"
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = local.alias_dimensions
      threshold   = var.alarm_throttle_count
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "count" {
  for_each = local.count_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  period              = 60
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = var.alarm_evaluation_minutes
  # A metric without requests has no data points.
  treat_missing_data = "notBreaching"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "duration" {
  alarm_name        = "${var.name}-duration"
  alarm_description = "The slowest hundredth of the invocations comes near the timeout"

  metric_query {
    id    = "percent"
    label = "p99 of the duration in percent of the timeout"
    # Milliseconds against seconds.
    expression  = "duration / (${var.timeout_seconds} * 10)"
    return_data = true
  }

  metric_query {
    id          = "duration"
    return_data = false

    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Duration"
      dimensions  = local.alias_dimensions
      period      = 60
      stat        = "p99"
    }
  }

  threshold           = var.alarm_duration_percent
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = var.alarm_evaluation_minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}
