data "aws_iam_policy_document" "assume" {
  statement {
    actions   = ["sts:AssumeRole", "sts:TagSession"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "app" {
  assume_role_policy = data.aws_iam_policy_document.assume.json
}
