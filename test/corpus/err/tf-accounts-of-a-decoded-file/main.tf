locals {
  accounts = yamldecode(file("${path.module}/accounts.yaml"))
  issuer   = "oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678"
  provider = format("arn:aws:iam::%s:oidc-provider/%s", "111122223333", local.issuer)
  tags     = merge({ a = 1 }, { b = 2 })
}
data "aws_iam_policy_document" "trust" {
  for_each = local.accounts
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }
    condition {
      test     = "StringLike"
      variable = join(":", [local.issuer, "sub"])
      values   = [join(":", ["system:serviceaccount", each.value.namespace, each.key])]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = [lower("STS.amazonaws.com")]
    }
  }
}
resource "aws_iam_role" "app" {
  for_each           = local.accounts
  name               = each.key
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}
