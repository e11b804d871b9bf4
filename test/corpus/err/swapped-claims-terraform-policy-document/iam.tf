data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }
    condition {
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:sub"
      test     = "StringEquals"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      values   = ["system:serviceaccount:kube-system:aws-node"]
      variable = "oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:aud"
    }
  }
}
