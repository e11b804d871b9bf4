data "aws_iam_policy_document" "t" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.provider_arn]
    }
    condition {
      test     = "StringLike"
      variable = "${replace(var.provider_arn, "/^.*provider\\//", "")}:sub"
      values   = ["system:serviceaccount:${var.namespace}:${var.service_account}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${replace(var.provider_arn, "/^.*provider\\//", "")}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "cart" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.t.json
}
variable "provider_arn" {}
variable "namespace" {}
variable "service_account" {}
variable "name" {}
