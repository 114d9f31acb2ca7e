# A Lambda function behind an Application Load Balancer: the one you have, beside the target group that has the traffic
# now, or a new one.

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  alias = "live"

  is_in_vpc = length(var.subnet_ids) > 0

  # What a version is, readable in the console. Lambda takes 256 characters.
  description = substr(join(" ", [
    var.handler,
    var.runtime,
    var.architecture,
    "${var.memory_size_mb} MB",
    "${var.timeout_seconds} s",
    var.code_key,
    var.code_object_version,
    var.release,
  ]), 0, 256)

  vpc_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]

  listener_arn = var.create_load_balancer ? aws_lb_listener.https[0].arn : var.listener_arn
}

# The function

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "function" {
  # Its name is AWS's to choose: names of roles are one for all Regions.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# It may write to its own log and nothing else. Lambda's managed policies would let it write to every log of the account.
resource "aws_iam_role_policy" "log" {
  name = "log"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.function.arn}:*"
    }]
  })
}

# Lambda joins the function to the VPC with this role; the function's own code gets nothing of it.
resource "aws_iam_role_policy" "vpc" {
  count = local.is_in_vpc ? 1 : 0

  name = "vpc"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = local.vpc_actions
        Resource = "*"
      },
      {
        Effect   = "Deny"
        Action   = local.vpc_actions
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:function:${var.name}"
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "further" {
  count = length(var.policy_arns)

  role       = aws_iam_role.function.name
  policy_arn = var.policy_arns[count.index]
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = local.description

  filename          = var.code_path == "" ? null : var.code_path
  source_code_hash  = var.code_path == "" ? null : filebase64sha256(var.code_path)
  s3_bucket         = var.code_bucket == "" ? null : var.code_bucket
  s3_key            = var.code_key == "" ? null : var.code_key
  s3_object_version = var.code_object_version == "" ? null : var.code_object_version

  handler                        = var.handler
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  memory_size                    = var.memory_size_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  role                           = aws_iam_role.function.arn

  # A version for each change of code or configuration. Old ones stay, so that the alias can be moved back to them.
  publish = true

  environment {
    variables = merge({ NODE_ENV = "production" }, var.environment)
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  dynamic "vpc_config" {
    for_each = local.is_in_vpc ? [1] : []

    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  # The role needs its policies before the function is joined to a VPC.
  depends_on = [aws_iam_role_policy.log, aws_iam_role_policy.vpc]

  lifecycle {
    precondition {
      condition     = (var.code_path != "") != (var.code_bucket != "" || var.code_key != "")
      error_message = "The code is needed from one place: code_path, or code_bucket with code_key."
    }
    precondition {
      condition     = (var.code_bucket == "") == (var.code_key == "")
      error_message = "code_bucket and code_key belong together."
    }
    precondition {
      condition     = var.timeout_seconds < var.idle_timeout_seconds
      error_message = "timeout_seconds must be less than the load balancer's idle_timeout_seconds."
    }
    precondition {
      condition     = (length(var.subnet_ids) == 0) == (length(var.security_group_ids) == 0)
      error_message = "subnet_ids and security_group_ids belong together."
    }
  }
}

resource "aws_lambda_alias" "live" {
  name             = local.alias
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

# The target group

resource "aws_lb_target_group" "function" {
  name        = var.name
  target_type = "lambda"

  lambda_multi_value_headers_enabled = var.multi_value_headers

  health_check {
    enabled  = var.health_check
    path     = var.health_check ? var.health_check_path : null
    interval = var.health_check ? 35 : null
    timeout  = var.health_check ? 30 : null
    matcher  = var.health_check ? "200" : null
  }

  # Another name makes another group, and the old one cannot go while a rule names it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_permission" "load_balancer" {
  function_name  = aws_lambda_function.this.function_name
  qualifier      = aws_lambda_alias.live.name
  action         = "lambda:InvokeFunction"
  principal      = "elasticloadbalancing.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = aws_lb_target_group.function.arn
}

# A load balancer refuses to register a function that it may not invoke, so the permission comes first.
resource "aws_lb_target_group_attachment" "function" {
  target_group_arn = aws_lb_target_group.function.arn
  target_id        = aws_lambda_alias.live.arn

  depends_on = [aws_lambda_permission.load_balancer]
}

# The listener's rules

# Shares the traffic. The weights are those of the first deployment: the cut-over changes them on the listener, and
# Terraform leaves them alone.
resource "aws_lb_listener_rule" "live" {
  listener_arn = local.listener_arn
  priority     = var.rule_priority

  condition {
    path_pattern {
      values = var.path_patterns
    }
  }

  dynamic "condition" {
    for_each = length(var.host_headers) > 0 ? [1] : []

    content {
      host_header {
        values = var.host_headers
      }
    }
  }

  action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = var.existing_target_group_arn == "" ? [] : [var.existing_target_group_arn]

        content {
          arn    = target_group.value
          weight = var.existing_weight
        }
      }

      target_group {
        arn    = aws_lb_target_group.function.arn
        weight = var.existing_target_group_arn == "" ? 1 : var.function_weight
      }

      dynamic "stickiness" {
        for_each = var.stickiness_seconds > 0 ? [1] : []

        content {
          enabled  = true
          duration = var.stickiness_seconds
        }
      }
    }
  }

  depends_on = [aws_lb_target_group_attachment.function]

  lifecycle {
    ignore_changes = [action[0].forward[0].target_group]
    # What it ignores is the groups' ARNs, too: another group makes another rule.
    replace_triggered_by = [aws_lb_target_group.function.arn]

    precondition {
      condition     = var.create_load_balancer == (var.listener_arn == "")
      error_message = "Give listener_arn, the listener that you have, or set create_load_balancer; not both."
    }
    precondition {
      condition     = var.function_weight > 0 || var.existing_weight > 0
      error_message = "function_weight and existing_weight are both 0: nobody would answer."
    }
    precondition {
      condition     = length(var.path_patterns) + length(var.host_headers) + (var.test_header_value == "" ? 0 : 1) <= 5
      error_message = "path_patterns, host_headers and the test header are more than 5 values together: a rule takes 5."
    }
    precondition {
      condition     = var.test_header_value == "" || var.test_rule_priority < var.rule_priority
      error_message = "test_rule_priority must be a lower number than rule_priority: the test rule would never be reached."
    }
  }
}

# Sends what carries the test header to the function, of the same requests that the rule above is for.
resource "aws_lb_listener_rule" "test" {
  count = var.test_header_value == "" ? 0 : 1

  listener_arn = local.listener_arn
  priority     = var.test_rule_priority

  condition {
    http_header {
      http_header_name = var.test_header_name
      values           = [var.test_header_value]
    }
  }

  condition {
    path_pattern {
      values = var.path_patterns
    }
  }

  dynamic "condition" {
    for_each = length(var.host_headers) > 0 ? [1] : []

    content {
      host_header {
        values = var.host_headers
      }
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.function.arn
  }

  depends_on = [aws_lb_target_group_attachment.function]
}
