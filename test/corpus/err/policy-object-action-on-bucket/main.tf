data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
  
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061"]
    }
  
    condition {
      test     = "StringEquals"
      variable = "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:aud"
      values   = ["sts.amazonaws.com"]
    }
  
    condition {
      test     = "StringEquals"
      variable = "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:sub"
      values   = ["system:serviceaccount:data:mover"]
    }
  }
}
resource "aws_iam_role" "mover" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
  inline_policy {
    name   = "s3"
    policy = jsonencode({ Version = "2012-10-17", Statement = [
      { Effect = "Allow", Action = ["s3:GetObject"], Resource = ["arn:aws:s3:::raw-data"] }
    ] })
  }
}
