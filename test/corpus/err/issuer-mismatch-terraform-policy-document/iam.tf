data "aws_iam_policy_document" "web" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061"]
    }
    condition {
      test     = "StringEquals"
      variable = "oidc.eks.ap-northeast-1.amazonaws.com/id/0F1E2D3C4B5A69788796A5B4C3D2E1F0:sub"
      values   = ["system:serviceaccount:web:frontend"]
    }
    condition {
      test     = "StringEquals"
      variable = "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}
