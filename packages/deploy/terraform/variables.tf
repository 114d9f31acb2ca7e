# Where requests come from

variable "name" {
  type        = string
  description = "Name of the function and of its target group, and the beginning of the alarms' names."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$", var.name)) && !startswith(var.name, "internal-")
    error_message = "name must be 1 to 32 letters, digits and hyphens, with no hyphen at either end, and not begin with \"internal-\"."
  }
}

variable "listener_arn" {
  type        = string
  description = "The load balancer's listener that you have. Needed unless create_load_balancer is true."
  default     = ""
  nullable    = false

  validation {
    condition     = var.listener_arn == "" || can(regex("^arn:aws[a-z-]*:elasticloadbalancing:[^:]+:\\d{12}:listener/app/[^/]+/\\w+/\\w+$", var.listener_arn))
    error_message = "listener_arn must be the ARN of an Application Load Balancer's listener."
  }
}

variable "existing_target_group_arn" {
  type        = string
  description = "The target group that has the traffic now. Without one the function gets all of it."
  default     = ""
  nullable    = false

  validation {
    condition     = var.existing_target_group_arn == "" || can(regex("^arn:aws[a-z-]*:elasticloadbalancing:[^:]+:\\d{12}:targetgroup/[^/]+/\\w+$", var.existing_target_group_arn))
    error_message = "existing_target_group_arn must be the ARN of a target group."
  }
}

variable "rule_priority" {
  type        = number
  description = "Priority of the rule that shares the traffic, the lowest number first."
  default     = 40000
  nullable    = false

  validation {
    condition     = var.rule_priority >= 1 && var.rule_priority <= 50000 && floor(var.rule_priority) == var.rule_priority
    error_message = "rule_priority must be a whole number from 1 to 50000."
  }
}

variable "path_patterns" {
  type        = list(string)
  description = "Paths of the rule, of which one must match."
  default     = ["/*"]
  nullable    = false

  validation {
    condition     = length(var.path_patterns) > 0
    error_message = "path_patterns must not be empty: give \"/*\" for all paths."
  }
}

variable "host_headers" {
  type        = list(string)
  description = "Host names of the rule, of which one must match. With the paths five at most, four with a test rule."
  default     = []
  nullable    = false
}

variable "function_weight" {
  type        = number
  description = "The function's weight against existing_weight. Of the first deployment: the cut-over moves it on the listener."
  default     = 0
  nullable    = false

  validation {
    condition     = var.function_weight >= 0 && var.function_weight <= 999 && floor(var.function_weight) == var.function_weight
    error_message = "function_weight must be a whole number from 0 to 999."
  }
}

variable "existing_weight" {
  type        = number
  description = "The existing target group's weight. Of the first deployment."
  default     = 100
  nullable    = false

  validation {
    condition     = var.existing_weight >= 0 && var.existing_weight <= 999 && floor(var.existing_weight) == var.existing_weight
    error_message = "existing_weight must be a whole number from 0 to 999."
  }
}

variable "stickiness_seconds" {
  type        = number
  description = "How long a client stays with the group it got. 0 deals each request anew."
  default     = 0
  nullable    = false

  validation {
    condition     = var.stickiness_seconds >= 0 && var.stickiness_seconds <= 604800 && floor(var.stickiness_seconds) == var.stickiness_seconds
    error_message = "stickiness_seconds must be a whole number from 0 to 604800."
  }
}

variable "test_header_name" {
  type        = string
  description = "Header of the rule that sends requests to the function only."
  default     = "x-express-alb-test"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9!#$&'^_`|~+.-]{1,40}$", var.test_header_name))
    error_message = "test_header_name must be the name of an HTTP header of up to 40 characters."
  }
}

variable "test_header_value" {
  type        = string
  description = "Its value. Whoever knows it reaches the function. Empty for no such rule."
  nullable    = false

  validation {
    condition     = var.test_header_value == "" || can(regex("^[A-Za-z0-9_-]{8,128}$", var.test_header_value))
    error_message = "test_header_value must be 8 to 128 letters, digits, \"_\" and \"-\", or empty."
  }
}

variable "test_rule_priority" {
  type        = number
  description = "Priority of that rule, a lower number than rule_priority."
  default     = 39999
  nullable    = false

  validation {
    condition     = var.test_rule_priority >= 1 && var.test_rule_priority <= 50000 && floor(var.test_rule_priority) == var.test_rule_priority
    error_message = "test_rule_priority must be a whole number from 1 to 50000."
  }
}

# The function

variable "code_path" {
  type        = string
  description = "A zip on this machine. In place of code_bucket."
  default     = ""
  nullable    = false
}

variable "code_bucket" {
  type        = string
  description = "S3 bucket of the zip, in the function's Region."
  default     = ""
  nullable    = false

  validation {
    condition     = var.code_bucket == "" || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.code_bucket))
    error_message = "code_bucket must be the name of an S3 bucket."
  }
}

variable "code_key" {
  type        = string
  description = "S3 key of the zip. A new one for each release."
  default     = ""
  nullable    = false
}

variable "code_object_version" {
  type        = string
  description = "S3 version of the zip. Empty for the newest."
  default     = ""
  nullable    = false
}

variable "release" {
  type        = string
  description = "What the release is called. Part of the description of each version."
  default     = ""
  nullable    = false
}

variable "handler" {
  type        = string
  description = "File and export."
  default     = "index.handler"
  nullable    = false
}

variable "runtime" {
  type        = string
  description = "Of Lambda."
  default     = "nodejs22.x"
  nullable    = false

  validation {
    condition     = contains(["nodejs22.x", "nodejs24.x"], var.runtime)
    error_message = "runtime must be nodejs22.x or nodejs24.x."
  }
}

variable "architecture" {
  type        = string
  description = "Of the processor."
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "memory_size_mb" {
  type        = number
  description = "Memory, and with it the share of a processor."
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory_size_mb >= 128 && var.memory_size_mb <= 10240 && floor(var.memory_size_mb) == var.memory_size_mb
    error_message = "memory_size_mb must be a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  type        = number
  description = "How long an invocation may take. Less than idle_timeout_seconds."
  default     = 30
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 900."
  }
}

variable "environment" {
  type        = map(string)
  description = "Environment variables, besides NODE_ENV=production."
  default     = {}
  nullable    = false
}

variable "reserved_concurrency" {
  type        = number
  description = "How many invocations may run at once, taken from the account's pool. -1 for no limit of its own."
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= -1 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be a whole number, -1 or more."
  }
}

variable "policy_arns" {
  type        = list(string)
  description = "Further policies for the function's role."
  default     = []
  nullable    = false
}

variable "log_retention_days" {
  type        = number
  description = "How long the log is kept."
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "subnet_ids" {
  type        = list(string)
  description = "Subnets of the function, where it must reach into a VPC."
  default     = []
  nullable    = false
}

variable "security_group_ids" {
  type        = list(string)
  description = "Security groups of the function, with subnet_ids."
  default     = []
  nullable    = false
}

# The target group

variable "multi_value_headers" {
  type        = bool
  description = "Whether all values of a repeated header or parameter travel."
  default     = true
  nullable    = false
}

variable "health_check" {
  type        = bool
  description = "Whether the load balancer probes the function. Each probe is an invocation."
  default     = false
  nullable    = false
}

variable "health_check_path" {
  type        = string
  description = "What it asks for."
  default     = "/health"
  nullable    = false

  validation {
    condition     = can(regex("^/\\S{0,1023}$", var.health_check_path))
    error_message = "health_check_path must be a path that begins with \"/\"."
  }
}

# Alarms. Counts are per minute; at the number itself the alarm goes off.

variable "alarm_target_5xx_count" {
  type        = number
  description = "Responses of the app with a 5xx status."
  default     = 5
  nullable    = false

  validation {
    condition     = var.alarm_target_5xx_count >= 1 && floor(var.alarm_target_5xx_count) == var.alarm_target_5xx_count
    error_message = "alarm_target_5xx_count must be a whole number, 1 or more."
  }
}

variable "alarm_load_balancer_error_count" {
  type        = number
  description = "Requests that the load balancer answered in the function's place, such as with a 502."
  default     = 5
  nullable    = false

  validation {
    condition     = var.alarm_load_balancer_error_count >= 1 && floor(var.alarm_load_balancer_error_count) == var.alarm_load_balancer_error_count
    error_message = "alarm_load_balancer_error_count must be a whole number, 1 or more."
  }
}

variable "alarm_function_error_count" {
  type        = number
  description = "Invocations that threw, crashed or ran out of time."
  default     = 1
  nullable    = false

  validation {
    condition     = var.alarm_function_error_count >= 1 && floor(var.alarm_function_error_count) == var.alarm_function_error_count
    error_message = "alarm_function_error_count must be a whole number, 1 or more."
  }
}

variable "alarm_throttle_count" {
  type        = number
  description = "Invocations that were refused for want of concurrency."
  default     = 1
  nullable    = false

  validation {
    condition     = var.alarm_throttle_count >= 1 && floor(var.alarm_throttle_count) == var.alarm_throttle_count
    error_message = "alarm_throttle_count must be a whole number, 1 or more."
  }
}

variable "alarm_duration_percent" {
  type        = number
  description = "Duration of the slowest hundredth, in percent of the timeout."
  default     = 80
  nullable    = false

  validation {
    condition     = var.alarm_duration_percent >= 1 && var.alarm_duration_percent <= 100 && floor(var.alarm_duration_percent) == var.alarm_duration_percent
    error_message = "alarm_duration_percent must be a whole number from 1 to 100."
  }
}

variable "alarm_evaluation_minutes" {
  type        = number
  description = "For how many minutes in a row."
  default     = 1
  nullable    = false

  validation {
    condition     = var.alarm_evaluation_minutes >= 1 && var.alarm_evaluation_minutes <= 1440 && floor(var.alarm_evaluation_minutes) == var.alarm_evaluation_minutes
    error_message = "alarm_evaluation_minutes must be a whole number from 1 to 1440."
  }
}

variable "alarm_topic_arn" {
  type        = string
  description = "An SNS topic that is told."
  default     = ""
  nullable    = false

  validation {
    condition     = var.alarm_topic_arn == "" || can(regex("^arn:aws[a-z-]*:sns:", var.alarm_topic_arn))
    error_message = "alarm_topic_arn must be the ARN of an SNS topic."
  }
}

# A load balancer, for those who have none

variable "create_load_balancer" {
  type        = bool
  description = "Whether to make one, with an HTTPS listener and a redirect to it."
  default     = false
  nullable    = false
}

variable "vpc_id" {
  type        = string
  description = "Its VPC."
  default     = ""
  nullable    = false
}

variable "load_balancer_subnet_ids" {
  type        = list(string)
  description = "Its subnets, in two Availability Zones at least."
  default     = []
  nullable    = false
}

variable "certificate_arn" {
  type        = string
  description = "The certificate of its HTTPS listener, in the same Region."
  default     = ""
  nullable    = false

  validation {
    condition     = var.certificate_arn == "" || can(regex("^arn:aws[a-z-]*:(acm|iam):", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of a certificate."
  }
}

variable "load_balancer_scheme" {
  type        = string
  description = "internet-facing or internal."
  default     = "internet-facing"
  nullable    = false

  validation {
    condition     = contains(["internet-facing", "internal"], var.load_balancer_scheme)
    error_message = "load_balancer_scheme must be internet-facing or internal."
  }
}

variable "ingress_cidr" {
  type        = string
  description = "Who may connect to it."
  default     = "0.0.0.0/0"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.ingress_cidr, 0))
    error_message = "ingress_cidr must be a CIDR block such as 203.0.113.0/24."
  }
}

variable "idle_timeout_seconds" {
  type        = number
  description = "Its idle timeout; without create_load_balancer, that of the one you have."
  default     = 60
  nullable    = false

  validation {
    condition     = var.idle_timeout_seconds >= 1 && var.idle_timeout_seconds <= 4000 && floor(var.idle_timeout_seconds) == var.idle_timeout_seconds
    error_message = "idle_timeout_seconds must be a whole number from 1 to 4000."
  }
}
