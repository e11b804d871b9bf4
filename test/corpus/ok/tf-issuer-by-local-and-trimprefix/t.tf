locals {
  issuer_a = trimprefix(data.aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
  issuer_b = element(split("//", data.aws_eks_cluster.this.identity[0].oidc[0].issuer), 1)
  issuer_c = trimprefix("https://oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061", "https://")
}
data "aws_iam_policy_document" "t" {
  for_each = toset([local.issuer_a, local.issuer_b])
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.this.account_id}:oidc-provider/${each.value}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${each.value}:sub"
      values   = ["system:serviceaccount:x:a"]
    }
    condition {
      test     = "StringEquals"
      variable = "${each.value}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "c" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::222233334444:oidc-provider/${local.issuer_c}" }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringEquals = { "${local.issuer_c}:sub" = "system:serviceaccount:x:a", "${local.issuer_c}:aud" = "sts.amazonaws.com" } } }] })
}
