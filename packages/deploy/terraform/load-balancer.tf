# A load balancer, for those who have none: a listener for HTTPS and one that redirects HTTP to it.

resource "aws_security_group" "load_balancer" {
  count = var.create_load_balancer ? 1 : 0

  description = "Load balancer of ${var.name}"
  vpc_id      = var.vpc_id

  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [var.ingress_cidr]
  }

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [var.ingress_cidr]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "this" {
  count = var.create_load_balancer ? 1 : 0

  name               = var.name
  load_balancer_type = "application"
  internal           = var.load_balancer_scheme == "internal"
  ip_address_type    = "ipv4"
  subnets            = var.load_balancer_subnet_ids
  security_groups    = [aws_security_group.load_balancer[0].id]
  idle_timeout       = var.idle_timeout_seconds

  lifecycle {
    precondition {
      condition     = var.vpc_id != "" && var.certificate_arn != "" && length(var.load_balancer_subnet_ids) >= 2
      error_message = "create_load_balancer needs vpc_id, certificate_arn, and two load_balancer_subnet_ids or more, in different Availability Zones."
    }
  }
}

resource "aws_lb_listener" "https" {
  count = var.create_load_balancer ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 443
  protocol          = "HTTPS"
  # TLS 1.2 and 1.3 with forward secrecy.
  ssl_policy      = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn = var.certificate_arn

  # What no rule matches.
  default_action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "text/plain"
      message_body = "Not found"
    }
  }
}

resource "aws_lb_listener" "http" {
  count = var.create_load_balancer ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}
