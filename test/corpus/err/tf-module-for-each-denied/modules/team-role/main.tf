variable "team" {}
variable "namespace" {}
variable "account" {}
variable "oidc_provider_arn" {}
variable "oidc_issuer" {}
variable "create" {
  default = true
}

resource "aws_iam_role" "this" {
  count              = var.create ? 1 : 0
  name               = "team-${var.team}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:sub"
      values   = ["system:serviceaccount:${var.namespace}:${var.account}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

output "arn" {
  value = try(aws_iam_role.this[0].arn, "")
}
