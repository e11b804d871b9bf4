resource "aws_iam_role" "x" {
  count              = var.create ? 1 : 0
  name               = "x"
  assume_role_policy = data.aws_iam_policy_document.x[0].json
}

data "aws_iam_policy_document" "x" {
  count = var.create ? 1 : 0
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
      values   = ["system:serviceaccount:web:nginx"]
    }
  }
}

resource "kubernetes_service_account_v1" "x" {
  metadata {
    name        = "nginx"
    namespace   = "web"
    annotations = { "eks.amazonaws.com/role-arn" = one(aws_iam_role.x[*].arn) }
  }
}
