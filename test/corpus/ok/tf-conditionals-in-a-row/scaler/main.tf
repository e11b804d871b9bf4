variable "enabled" {
  type    = bool
  default = true
}

variable "issuer" {
  type = string
}

variable "irsa" {
  type    = map(string)
  default = {}
}

locals {
  kind = var.enabled && length(var.irsa) == 0 ? "user" : var.enabled && length(var.irsa) > 0 ? "role" : "none"
}

resource "aws_iam_role" "scaler" {
  count = local.kind == "role" ? 1 : 0
  name  = "scaler"
  assume_role_policy = templatefile("${path.module}/trust.json.tpl", {
    provider = lookup(var.irsa, "provider", "")
    issuer   = var.issuer
    subject  = lookup(var.irsa, "subject", "")
  })
}
