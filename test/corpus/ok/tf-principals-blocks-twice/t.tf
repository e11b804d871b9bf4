data "aws_iam_policy_document" "t" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["222233334444"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = ["prod-*"]
    }
  }
}
