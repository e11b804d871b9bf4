data "aws_iam_policy_document" "web" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724"]
    }
    condition {
      test     = "StringEquals"
      variable = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:sub"
      values   = ["system:serviceaccount:web:frontend"]
    }
    condition {
      test     = "StringEquals"
      variable = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}
