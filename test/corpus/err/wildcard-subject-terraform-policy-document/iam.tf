data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "Pods"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [module.eks.oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${module.eks.oidc_provider}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "${module.eks.oidc_provider}:sub"
      values   = ["system:serviceaccount:${var.namespace}:*"]
    }
  }
}

resource "aws_iam_role" "this" {
  name_prefix        = "workload-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}
