# The function beside the target group that has the traffic now. `terraform apply -var test_header_value=…` changes
# nothing for users: the function's weight is 0, and only requests with the test header reach it.

variable "test_header_value" {
  type      = string
  sensitive = true
}

variable "listener_arn" {
  type = string
}

variable "existing_target_group_arn" {
  type = string
}

module "service" {
  source = "../"

  name                      = "my-service"
  listener_arn              = var.listener_arn
  existing_target_group_arn = var.existing_target_group_arn
  test_header_value         = var.test_header_value
  code_path                 = "${path.root}/lambda.zip"

  environment = {
    LOG_LEVEL = "info"
  }
}

output "rule_arn" {
  value = module.service.rule_arn
}
