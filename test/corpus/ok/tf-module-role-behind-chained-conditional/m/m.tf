resource "aws_iam_role" "cart" {
  count = local.kind == "role" ? 1 : 0
  name  = "cart"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = { Federated = var.provider_arn }
      Action = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${var.issuer}:sub" = "system:serviceaccount:${var.ns}:${var.sa}"
          "${var.issuer}:aud" = "sts.amazonaws.com"
        }
      }
    }]
  })
}
variable "provider_arn" {
  default = ""
}
variable "issuer" {
  type    = string
  default = ""
}
variable "ns" { default = "" }
variable "sa" { default = "" }
variable "enabled" { default = false }
variable "opts" {
  type    = map(any)
  default = {}
}
locals {
  kind = var.enabled && length(var.opts) == 0 ? "user" : var.enabled && length(var.opts) > 0 ? "role" : ""
}
